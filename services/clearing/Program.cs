using Yibao.Clearing.Hosting;
using Yibao.Hosting;

return await ServiceHost.Run(args, new ClearingModule());
