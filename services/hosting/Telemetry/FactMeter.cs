using System.Diagnostics;
using System.Diagnostics.Metrics;
using Yibao.Kernel.Deciding;

namespace Yibao.Hosting.Telemetry;

/// <summary>How a fact is counted.</summary>
internal sealed record CountDefinition(string Name, string Unit, string Description, Type Fact, Func<IFact, (long Count, TagList Tags)?> Count);

/// <summary>Counts what was stored, after the commit.</summary>
internal sealed class FactMeter
{
    private readonly ILookup<Type, (CountDefinition Definition, Counter<long> Counter)> _counters;

    public FactMeter(IEnumerable<CountDefinition> definitions, IMeterFactory meters)
    {
        var meter = meters.Create(MeterWords.Meter);
        var counters = new Dictionary<string, Counter<long>>(StringComparer.Ordinal);
        // Several facts may count into one counter.
        Counter<long> Of(CountDefinition definition) => counters.TryGetValue(definition.Name, out var known) ? known : counters[definition.Name] = meter.CreateCounter<long>(definition.Name, definition.Unit, definition.Description);
        _counters = definitions.Select(definition => (Definition: definition, Counter: Of(definition))).ToLookup(entry => entry.Definition.Fact);
    }

    public void Stored(IFact fact)
    {
        foreach (var (definition, counter) in _counters[fact.GetType()])
            if (definition.Count(fact) is var (count, tags)) counter.Add(count, tags);
    }
}
