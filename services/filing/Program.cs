using Yibao.Filing;
using Yibao.Hosting;

return await ServiceHost.Run(args, new FilingModule());
