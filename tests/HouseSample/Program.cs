using Yibao.Hosting;
using Yibao.HouseSample;

return await ServiceHost.Run(args[1..], HouseModule.Named(args[0]));
