using Yibao.Hosting;
using Yibao.KillableSettlement;

return await ServiceHost.Run(args, new KillableSettlementModule());
