using Microsoft.Extensions.DependencyInjection;
using Yibao.Gateway.Hospital.Messages;
using Yibao.Hosting;

namespace Yibao.Gateway.Hospital.Transactions;

/// <summary>Every transaction there is: a class of this folder that implements <see cref="ITransaction"/> is found by itself.</summary>
internal static class TransactionList
{
    public static void AddTransactions(this ServiceBuilder service)
    {
        service.Table(KeptMessages.Ddl);
        service.Table(KeptFiles.Ddl);
        service.Job<ForgetOldMessages>("hospital-forget", "daily 03:30");
        service.Services.AddSingleton<KeptMessages>();
        service.Services.AddSingleton<KeptFiles>();
        service.Services.AddSingleton<NodeServices>();
        service.Services.AddSingleton<SettlementTerms>();
        foreach (var type in typeof(TransactionList).Assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(ITransaction))))
            service.Services.AddSingleton(typeof(ITransaction), type);
    }
}
