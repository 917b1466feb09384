using Yibao.Hosting;
using Yibao.Node;

return await ServiceHost.Run(args, NodeModules.All);
