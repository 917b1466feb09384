using System.Globalization;
using System.Text.Json.Nodes;
using Yibao.HospitalInterface.Reading;
using Yibao.Kernel.Persons;

namespace Yibao.HospitalInterface.Mapping;

/// <summary>
/// Who the patient is, the HIS said itself in its message and gets back in the answer. The platform neither stores it with the answer
/// nor fetches it from anywhere: what an answer holds of a person's particulars comes from here, after it was stored.
/// </summary>
public static class PersonEcho
{
    /// <summary>Fields that name a person or tell who he is; in the answers of the platform itself they are empty.</summary>
    public static IReadOnlySet<string> Particulars { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "psn_name", "certno", "mdtrt_cert_no", "tel", "addr", "coner_name", "coner_tel", "coner_addr", "card_sn", "gend", "brdy", "age", "naty", "cert_no", "emp_name", "emp_addr", "emp_tel",
        "curr_addr", "resd_addr", "patn_name", "patn_brdy", "ntly", "nwb_age", "poscode", "agnter_name", "agnter_certno", "agnter_tel", "agnter_addr", "medcasno", "bilg_name", "psn_tel",
    };

    /// <summary>Fills the empty particulars of an answer from the message it answers.</summary>
    /// <param name="today">For the age.</param>
    public static void Fill(JsonObject output, InputNodes input, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(input);
        var said = Said(input.Json, today);
        if (said.Count > 0) Fill(output, said);
    }

    /// <summary>The same message without anything that says who the person is: what may be kept.</summary>
    public static JsonNode? Without(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Where(field => !Particulars.Contains(field.Key)).Select(field => KeyValuePair.Create(field.Key, Without(field.Value)))),
        JsonArray rows => new JsonArray([.. rows.Select(Without)]),
        _ => node?.DeepClone(),
    };

    /// <summary>
    /// A refusal says nothing of who the patient is, even where a HIS wrote it into a field that is for something else: the message's
    /// particulars, and whatever it holds in Chinese, are left out of the sentence.
    /// </summary>
    public static string Hide(string sentence, InputNodes input)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        ArgumentNullException.ThrowIfNull(input);
        foreach (var value in Texts(input.Json, particular: false).Distinct(StringComparer.Ordinal).Where(value => sentence.Contains(value, StringComparison.Ordinal)).OrderByDescending(value => value.Length).ToList())
            sentence = sentence.Replace(value, "（略）", StringComparison.Ordinal);
        return sentence;
    }

    private static IEnumerable<string> Texts(JsonNode? node, bool particular) => node switch
    {
        JsonObject fields => fields.SelectMany(field => Texts(field.Value, Particulars.Contains(field.Key))),
        JsonArray rows => rows.SelectMany(row => Texts(row, particular)),
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String && value.GetValue<string>().Trim() is { Length: >= 2 } text
            && ((particular && text.Length >= 4) || text.Any(c => c > '\u007f')) => [text],
        _ => [],
    };

    private static Dictionary<string, JsonNode> Said(JsonObject input, DateOnly today)
    {
        var said = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var node in input.SelectMany(entry => entry.Value switch
        {
            JsonObject single => [single],
            // A list is of one visit's lines; several persons in one message are not told apart here.
            JsonArray { Count: > 0 } rows => rows.OfType<JsonObject>().Take(1),
            _ => Enumerable.Empty<JsonObject>(),
        }).Prepend(input))
        {
            var fields = new InputNode("", node);
            foreach (var code in (string[])["psn_name", "certno", "psn_cert_type", "mdtrt_cert_type", "mdtrt_cert_no"])
            {
                if (fields.Text(code) is { } text) said.TryAdd(code, JsonValue.Create(text));
            }

            if (fields.Text("cert_type") is { } kind) said.TryAdd("psn_cert_type", JsonValue.Create(kind));
        }

        if (said.TryGetValue("certno", out var number) && (!said.TryGetValue("psn_cert_type", out var type) || type.GetValue<string>() == "01") && CitizenId.TryParse(number.GetValue<string>(), out var citizen, out _))
        {
            said["gend"] = JsonValue.Create(citizen.Sex == Sex.Male ? "1" : "2");
            said["brdy"] = JsonValue.Create(citizen.BirthDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            said["age"] = JsonValue.Create(citizen.AgeOn(today));
        }

        return said;
    }

    private static void Fill(JsonNode? node, Dictionary<string, JsonNode> said)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (code, value) in fields.ToList())
                {
                    if (value is JsonObject or JsonArray) Fill(value, said);
                    else if (said.TryGetValue(code, out var text) && IsEmpty(value)) fields[code] = text.DeepClone();
                }

                break;
            case JsonArray rows:
                foreach (var row in rows) Fill(row, said);
                break;
        }
    }

    private static bool IsEmpty(JsonNode? value) => value is null || value.ToJsonString() is "\"\"" or "0";
}
