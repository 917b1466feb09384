using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Yibao.SampleHis;

/// <summary>What the agency gave the hospital.</summary>
/// <param name="AccessKey">_api_access_key.</param>
/// <param name="SecretKey">Signs every call.</param>
/// <param name="Institution">定点医药机构编号 (fixmedins_code), twelve characters.</param>
/// <param name="Area">就医地医保区划 (mdtrtarea_admvs).</param>
public sealed record HisAccount(string AccessKey, string SecretKey, string Institution, string InstitutionName, string Area);

/// <summary>A reply as it came.</summary>
/// <param name="Body">The JSON; null when a file came.</param>
public sealed record HisReply(int Status, JsonObject? Body, byte[] Raw, string MessageId, TimeSpan Took)
{
    public bool Succeeded => Status == 200 && Body?["infcode"] is JsonValue code && code.ToJsonString() is "0" or "\"0\"";

    public string Error => Body?["err_msg"]?.GetValue<string>() ?? Body?["message"]?.GetValue<string>() ?? $"HTTP {Status}";

    public JsonObject Output => Body?["output"] as JsonObject ?? [];

    public JsonObject Node(string name) => Output[name] switch
    {
        JsonObject node => node,
        JsonArray { Count: > 0 } rows => rows[0] as JsonObject ?? [],
        _ => [],
    };

    public IReadOnlyList<JsonObject> Rows(string name) => Output[name] is JsonArray rows ? [.. rows.OfType<JsonObject>()] : Output[name] is JsonObject node ? [node] : [];
}

/// <summary>
/// A hospital's system at the national interface: envelope, signature headers, one entry for all transactions. Written against the
/// public specification alone; it knows nothing of the platform that answers.
/// </summary>
public sealed class HisSystem(HttpClient http, Uri gateway, HisAccount account, TimeProvider time)
{
    private static readonly TimeSpan Beijing = TimeSpan.FromHours(8);
    // One count for all systems of a program: two workstations of a hospital that send in the same second must not choose the same id.
    private static int _sequence = Random.Shared.Next(10_000);

    public HisAccount Account { get; } = account;

    public Uri Gateway { get; } = gateway;

    public DateTimeOffset Now => time.GetUtcNow().ToOffset(Beijing);

    /// <summary>The envelope's fields to be sent otherwise, for a HIS that does it its own way.</summary>
    public Action<JsonObject>? Envelope { get; init; }

    /// <summary>发送方报文ID: institution (12), yyyyMMddHHmmss (14), sequence (4).</summary>
    public string NextMessageId() =>
        Account.Institution + Now.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture) + (Interlocked.Increment(ref _sequence) % 10_000).ToString("0000", CultureInfo.InvariantCulture);

    /// <summary>One transaction.</summary>
    /// <param name="infno">交易编号.</param>
    /// <param name="homeArea">参保地医保区划; empty: local.</param>
    /// <param name="input">By node.</param>
    /// <param name="messageId">That of a repeat; null takes a new one.</param>
    public async Task<HisReply> Call(string infno, string homeArea, JsonObject input, string? messageId = null, CancellationToken cancellation = default)
    {
        var id = messageId ?? NextMessageId();
        var message = new JsonObject
        {
            ["infno"] = infno,
            ["msgid"] = id,
            ["mdtrtarea_admvs"] = Account.Area,
            ["insuplc_admdvs"] = homeArea,
            ["recer_sys_code"] = "YIBAO",
            ["dev_no"] = "null",
            ["infver"] = "V1.0",
            ["opter_type"] = "1",
            ["opter"] = "op-01",
            ["opter_name"] = "收费员",
            ["inf_time"] = Now.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            ["fixmedins_code"] = Account.Institution,
            ["fixmedins_name"] = Account.InstitutionName,
            ["sign_no"] = "",
            ["input"] = input.DeepClone(),
        };
        Envelope?.Invoke(message);
        return await Send(infno, Encoding.UTF8.GetBytes(message.ToJsonString()), id, cancellation);
    }

    /// <summary>Any bytes under a genuine signature.</summary>
    public Task<HisReply> Send(string infno, byte[] body, string messageId, CancellationToken cancellation = default)
    {
        // The specification's own sample sends JSON as text/plain.
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", "text/plain; charset=utf-8");
        return Send(infno, content, messageId, cancellation);
    }

    public async Task<HisReply> Send(string infno, HttpContent content, string messageId, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Gateway, "/fsi/api/rsfComIfsService/callService")) { Content = content };
        foreach (var (name, value) in Headers(infno)) request.Headers.TryAddWithoutValidation(name, value);
        return await Send(request, messageId, cancellation);
    }

    /// <summary>A request as it is: its headers are the caller's.</summary>
    public async Task<HisReply> Send(HttpRequestMessage request, string messageId, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.GetTimestamp();
        using var response = await http.SendAsync(request, cancellation);
        var raw = await response.Content.ReadAsByteArrayAsync(cancellation);
        return new HisReply((int)response.StatusCode, Json(raw), raw, messageId, Stopwatch.GetElapsedTime(clock));
    }

    /// <summary>The five headers of a signed call.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers(string infno, DateTimeOffset? at = null)
    {
        var timestamp = (at ?? Now).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var signed = $"_api_access_key={Account.AccessKey}&_api_name={infno}&_api_timestamp={timestamp}&_api_version=1.0.0";
#pragma warning disable CA5350 // HmacSHA1 is what the interface prescribes.
        var signature = Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(Account.SecretKey), Encoding.UTF8.GetBytes(signed)));
#pragma warning restore CA5350
        return [("_api_name", infno), ("_api_version", "1.0.0"), ("_api_timestamp", timestamp), ("_api_access_key", Account.AccessKey), ("_api_signature", signature)];
    }

    private static JsonObject? Json(byte[] raw)
    {
        try
        {
            return JsonNode.Parse(raw) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
