using System.Diagnostics;
using OpenTelemetry;

namespace Yibao.Hosting.Telemetry;

/// <summary>No identity leaves in a span: neither in a tag nor in the text of a failure.</summary>
internal sealed class SpanScrubber : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        ArgumentNullException.ThrowIfNull(data);
        List<(string Name, string Clean)>? changed = null;
        foreach (ref readonly var tag in data.EnumerateTagObjects())
        {
            if (tag.Value is string text && Scrubber.Clean(text) is var clean && !ReferenceEquals(clean, text) && clean != text) (changed ??= []).Add((tag.Key, clean));
        }

        foreach (var (name, clean) in changed ?? []) data.SetTag(name, clean);
        if (data.StatusDescription is { } description) data.SetStatus(data.Status, Scrubber.Clean(description));
        data.DisplayName = Scrubber.Clean(data.DisplayName);
    }
}
