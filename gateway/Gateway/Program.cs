using Yibao.Gateway;
using Yibao.Hosting;

return await ServiceHost.Run(args, new GatewayModule());
