using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Yibao.SampleHis;

namespace Yibao.Gateway.Tests.Fuzz;

/// <summary>One input of a fuzz run: it follows from seed and number alone, so that a finding can be made again.</summary>
/// <param name="Kind">Which generator made it.</param>
internal sealed record Hostile(int Number, string Kind, Func<HttpContent> Content, IReadOnlyList<(string Name, string Value)> Headers);

/// <summary>Inputs for the hospital door: random bytes, broken and mutated messages, absurd values, deep nesting, foreign signatures, huge bodies.</summary>
internal sealed class HostileMessages(int seed, IReadOnlyList<HisSystem> senders, IReadOnlyList<JsonObject> genuine)
{
    /// <summary>Planted in every message: no refusal and no line of a log may hold any of them.</summary>
    public static readonly IReadOnlyList<string> Identities = ["999000197103149019", "999000195608059028", "样例甲", "样例乙", "12000000001"];

    private static readonly string[] Transactions =
        ["1101", "1201", "2001", "2201", "2202", "2203", "2203A", "2204", "2205", "2206", "2207", "2208", "2301", "2302", "2303", "2304", "2305", "2401", "2402", "2403", "2404", "2405", "2501", "2502", "2503", "2504",
         "2505", "2506", "2601", "3201", "3202", "3260", "4101", "5203", "5204", "5206", "5301", "5303", "9001", "9002", "9101", "9102", "2206A", "2207A", "9999", ""];

    private static readonly string[] Nodes = ["data", "mdtrtinfo", "diseinfo", "feedetail", "dscginfo", "adminfo", "refmedin", "medinsinfo", "signIn", "signOut", "fsUploadIn", "fsDownloadIn", "setlinfo"];

    private static readonly string[] Fields =
        ["psn_no", "mdtrt_id", "setl_id", "omsgid", "oinfno", "insutype", "med_type", "begntime", "endtime", "mdtrt_cert_type", "mdtrt_cert_no", "psn_cert_type", "cert_type", "certno", "psn_name", "psn_type", "ipt_otp_no", "ipt_no",
         "chrg_bchno", "feedetl_sn", "med_list_codg", "det_item_fee_sumamt", "cnt", "pric", "fee_ocur_time", "hosp_appr_flag", "medfee_sumamt", "acct_used_flag", "psn_setlway", "exp_content", "fixmedins_code", "fixmedins_type",
         "file_qury_no", "filename", "in", "stmt_begndate", "stmt_enddate", "clr_type", "setl_optins", "fund_pay_sumamt", "acct_pay", "cash_payamt", "fixmedins_setl_cnt", "fixmedins_refd_setl_flag", "sign_no", "opter_no", "mac",
         "ip", "cum_ym", "dscgTime", "mid_setl_flag", "insuplc_admdvs", "mdtrtarea_admvs", "tel", "addr", "trt_dcla_detl_sn", "memo", "opsp_dise_code", "dise_codg", "dise_name", "diag_type", "diag_code", "vali_flag"];

    private static readonly string[] Absurd =
        ["", " ", "null", "NULL", "0", "-0", "-1", "1e400", "NaN", "Infinity", "1.0000000000000000000000000001", "99999999999999999999999999999999", "2026-13-45", "2026-02-30 25:61:61", "0001-01-01 00:00:00", "9999-12-31 23:59:59",
         "' or 1=1 --", "{0}{1}{99}", "%s%n", "../../etc/passwd", "<script>", "\u0000", "\ud7ff\u200f\u202e", "𠀀𠀁", "H42010000001:", ":", "a:b:c", "0000", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "true", "[]", "{}", "999000197103149019", "样例甲"];

    public Hostile Make(int number)
    {
        var random = new Random(HashCode.Combine(seed, number));
        var his = senders[number % senders.Count];
        // A hundred megabytes take their time: a few of them in a long run.
        if (number % 40_000 == 39_999) return Huge(number, his, random);
        return random.Next(20) switch
        {
            0 or 1 => Bytes(number, his, random),
            2 => Deep(number, his, random),
            3 => Signed(number, his, random),
            4 => Multipart(number, his, random),
            5 or 6 => Text(number, his, random),
            >= 7 and <= 15 => Almost(number, his, random),
            _ => Mutated(number, his, random),
        };
    }

    private static Hostile Bytes(int number, HisSystem his, Random random)
    {
        var bytes = new byte[random.Next(4096)];
        random.NextBytes(bytes);
        return Of(number, "bytes", his, bytes, Pick(random, Transactions));
    }

    private static Hostile Deep(int number, HisSystem his, Random random)
    {
        var (levels, infno) = (random.Next(1, 10_001), Pick(random, Transactions));
        var (open, close) = random.Next(2) == 0 ? ("[", "]") : ("{\"a\":", "}");
        var nested = string.Concat(Enumerable.Repeat(open, levels)) + "1" + (random.Next(3) == 0 ? "" : string.Concat(Enumerable.Repeat(close, levels)));
        var message = random.Next(3) switch
        {
            0 => nested,
            1 => $$"""{"infno":"{{infno}}","msgid":"{{MessageId(his, random)}}","fixmedins_code":"{{his.Account.Institution}}","input":{{nested}}}""",
            _ => new JsonObject { ["infno"] = infno, ["msgid"] = MessageId(his, random), ["fixmedins_code"] = his.Account.Institution, ["input"] = nested }.ToJsonString(),
        };
        return Of(number, "deep", his, Encoding.UTF8.GetBytes(message), infno);
    }

    /// <summary>A whole message under headers that are not, or not quite, a signature.</summary>
    private static Hostile Signed(int number, HisSystem his, Random random)
    {
        var message = Message(his, random, out var infno);
        var headers = his.Headers(infno, his.Now.AddMinutes(random.Next(-60, 60))).ToList();
        var at = random.Next(headers.Count);
        headers[at] = random.Next(3) switch
        {
            0 => (headers[at].Name, ""),
            1 => (headers[at].Name, headers[at].Value + random.Next(10).ToString(CultureInfo.InvariantCulture)),
            _ => (headers[at].Name, new string((char)random.Next(33, 127), random.Next(1, 3000))),
        };
        return new Hostile(number, "signature", Plain(Encoding.UTF8.GetBytes(message.ToJsonString())), headers);
    }

    private static Hostile Multipart(int number, HisSystem his, Random random)
    {
        var message = Message(his, random, out _);
        message["infno"] = "9101";
        var boundary = $"b{random.Next()}";
        var body = new StringBuilder();
        for (var i = random.Next(12); i >= 0; i--)
            body.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\nContent-Disposition: form-data; name=\"{(i == 0 ? "jsonStr" : i == 1 ? "file" : new string('x', random.Next(40)))}\"\r\n\r\n{(i == 0 ? message.ToJsonString() : Pick(random, Absurd))}\r\n");
        if (random.Next(2) == 0) body.Append(CultureInfo.InvariantCulture, $"--{boundary}--\r\n");
        var bytes = Encoding.UTF8.GetBytes(body.ToString());
        return new Hostile(number, "multipart", () =>
        {
            var content = new ByteArrayContent(bytes);
            content.Headers.TryAddWithoutValidation("Content-Type", random.Next(4) == 0 ? "multipart/form-data" : $"multipart/form-data; boundary={boundary}");
            return content;
        }, his.Headers("9101"));
    }

    /// <summary>A message whose text was damaged on the way.</summary>
    private static Hostile Text(int number, HisSystem his, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(Message(his, random, out var infno).ToJsonString()).ToList();
        for (var i = random.Next(1, 8); i > 0 && bytes.Count > 1; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveAt(at); break;
                case 2: bytes.Insert(at, (byte)random.Next(256)); break;
                case 3: bytes.RemoveRange(at, bytes.Count - at); break;
                default: bytes.InsertRange(at, bytes.GetRange(0, Math.Min(random.Next(200), bytes.Count))); break;
            }
        }

        return Of(number, "damaged", his, [.. bytes], infno);
    }

    /// <summary>Well-formed JSON with values that nobody expects.</summary>
    private static Hostile Mutated(int number, HisSystem his, Random random)
    {
        var message = Message(his, random, out var infno);
        for (var i = random.Next(4); i > 0; i--)
        {
            var keys = message.Select(entry => entry.Key).ToList();
            var key = Pick(random, keys);
            if (key is "infno") continue;
            message[key] = Value(random, 0);
        }

        return Of(number, "mutated", his, Encoding.UTF8.GetBytes(message.ToJsonString()), infno);
    }

    /// <summary>A message that was carried out before, with something in it changed: what gets past the tables and reaches the services.</summary>
    private Hostile Almost(int number, HisSystem his, Random random)
    {
        var message = (JsonObject)Pick(random, genuine).DeepClone();
        var infno = message["infno"]!.GetValue<string>();
        message["msgid"] = MessageId(his, random);
        foreach (var field in (string[])["ipt_otp_no", "ipt_no"])
        {
            // Mostly visits of its own, so that what comes after finds them open.
            foreach (var node in message["input"]!.AsObject().Select(entry => entry.Value).OfType<JsonObject>().Where(node => node.ContainsKey(field) && random.Next(4) > 0)) node[field] = $"FZ{random.Next(200)}";
        }

        for (var i = random.Next(3); i > 0; i--) Change(message["input"]!, random);
        return Of(number, "almost", his, Encoding.UTF8.GetBytes(message.ToJsonString()), infno);
    }

    private static void Change(JsonNode node, Random random)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } fields:
                var key = Pick(random, fields.Select(entry => entry.Key).ToList());
                if (fields[key] is (JsonObject or JsonArray) and { } inner && random.Next(6) > 0) Change(inner, random);
                else if (random.Next(4) == 0) fields.Remove(key);
                else fields[key] = key is "mdtrt_id" && random.Next(2) == 0 ? JsonValue.Create($"FZ{random.Next(200)}") : Value(random, 0);
                break;
            case JsonArray { Count: > 0 } rows:
                var at = random.Next(rows.Count);
                if (rows[at] is (JsonObject or JsonArray) and { } row && random.Next(6) > 0) Change(row, random);
                else if (random.Next(2) == 0) rows.Add(rows[at]?.DeepClone());
                else rows[at] = Value(random, 0);
                break;
        }
    }

    private static Hostile Huge(int number, HisSystem his, Random random)
    {
        var said = random.Next(2) == 0;
        return new Hostile(number, "huge", () =>
        {
            var content = new Endless(100L * 1024 * 1024, said);
            content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
            return content;
        }, his.Headers("2204"));
    }

    /// <summary>A message of some transaction with nodes and fields drawn from what the tables know, with an identity in it.</summary>
    private static JsonObject Message(HisSystem his, Random random, out string infno)
    {
        infno = Pick(random, Transactions);
        var input = new JsonObject();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var node = Pick(random, Nodes);
            if (random.Next(3) == 0) input[node] = new JsonArray([.. Enumerable.Range(0, random.Next(5)).Select(_ => (JsonNode)Node(random))]);
            else input[node] = Node(random);
        }

        return new JsonObject
        {
            ["infno"] = infno,
            ["msgid"] = random.Next(50) == 0 ? Pick(random, Absurd) : MessageId(his, random),
            ["mdtrtarea_admvs"] = random.Next(10) == 0 ? Pick(random, Absurd) : "420100",
            ["insuplc_admdvs"] = random.Next(10) == 0 ? Pick(random, Absurd) : random.Next(2) == 0 ? "520100" : "",
            ["fixmedins_code"] = his.Account.Institution,
            ["fixmedins_name"] = "示范医院",
            ["opter_type"] = random.Next(2) == 0 ? 1 : "1",
            ["opter"] = "op",
            ["inf_time"] = Pick(random, Absurd),
            ["input"] = random.Next(12) == 0 ? input.ToJsonString() : input,
        };
    }

    /// <summary>Of last year: never one that the hospital itself gives now.</summary>
    private static string MessageId(HisSystem his, Random random) => his.Account.Institution + "2025" + random.NextInt64(100_000_000_000_000).ToString("00000000000000", CultureInfo.InvariantCulture);

    private static JsonObject Node(Random random)
    {
        var node = new JsonObject
        {
            ["psn_name"] = "样例甲", ["certno"] = "999000197103149019", ["mdtrt_cert_no"] = "999000197103149019", ["mdtrt_cert_type"] = "02", ["psn_cert_type"] = "01", ["insutype"] = "310", ["med_type"] = "11",
            ["begntime"] = "2026-11-20 09:00:00", ["mdtrt_id"] = $"F{random.Next(50)}", ["psn_no"] = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", ["tel"] = "12000000001",
        };
        for (var i = random.Next(30); i > 0; i--) node[Pick(random, Fields)] = Value(random, 0);
        return node;
    }

    private static JsonNode? Value(Random random, int depth) => random.Next(12) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(-1000, 100_000)),
        2 => JsonValue.Create(random.NextInt64(long.MinValue, long.MaxValue)),
        3 => JsonNode.Parse(random.Next(2) == 0 ? "1e308" : "123456789012345678901234567890.12"),
        4 => JsonValue.Create(random.Next(2) == 0),
        5 when depth < 6 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth + 1))]),
        6 when depth < 6 => new JsonObject([.. Enumerable.Range(0, random.Next(4)).Select(i => KeyValuePair.Create($"{Pick(random, Fields)}{i}", Value(random, depth + 1)))]),
        7 => JsonValue.Create(new string(Pick(random, ["a", "长", "0"])[0], random.Next(5000))),
        8 => JsonValue.Create($"2026-11-{random.Next(1, 30):00} 10:00:00"),
        _ => JsonValue.Create(Pick(random, Absurd)),
    };

    private static Hostile Of(int number, string kind, HisSystem his, byte[] body, string infno) => new(number, kind, Plain(body), his.Headers(infno));

    private static Func<HttpContent> Plain(byte[] body) => () =>
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", "text/plain; charset=utf-8");
        return content;
    };

    private static T Pick<T>(Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];

    /// <summary>So many bytes that begin like a message; said beforehand or not.</summary>
    private sealed class Endless(long length, bool said) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            var block = new byte[64 * 1024];
            block.AsSpan().Fill((byte)'[');
            for (var left = length; left > 0; left -= block.Length) await stream.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)));
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return said;
        }
    }
}
