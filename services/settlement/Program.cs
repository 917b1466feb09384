using Yibao.Hosting;
using Yibao.Settlement;

return await ServiceHost.Run(args, new SettlementModule());
