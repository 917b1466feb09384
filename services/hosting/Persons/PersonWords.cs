using Microsoft.Extensions.DependencyInjection;
using Yibao.Hosting.Persons;

namespace Yibao.Hosting;

/// <summary>What the one service that owns the identities says: <c>service.Persons&lt;AccessLog&gt;()</c>.</summary>
public static class PersonWords
{
    /// <summary>The table of identities in this service's schema, with whoever stores that someone saw one.</summary>
    /// <exception cref="InvalidOperationException">The settings carry no keys.</exception>
    public static ServiceBuilder Persons<TAudit>(this ServiceBuilder service) where TAudit : class, IIdentityAudit
    {
        ArgumentNullException.ThrowIfNull(service);
        var keys = service.Settings.PersonKeys ?? throw new InvalidOperationException("This service keeps identities and was given no keys for them (Yibao:Persons).");
        service.Table(PersonTable.Ddl);
        service.Services.AddSingleton<IFieldCipher>(new FieldCipher(keys.Fields, keys.Algorithm));
        service.Services.AddSingleton(new BlindIndex(keys.Index));
        service.Services.AddSingleton<IIdentityAudit, TAudit>();
        service.Services.AddSingleton<IPersonTable, PersonTable>();
        return service;
    }
}
