using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Yibao.Hosting.Identity;
using Yibao.Hosting.Nodes;
using Yibao.Hosting.Persons;
using Yibao.Hosting.Tests.Support;
using Yibao.Kernel;
using Yibao.Kernel.Deciding;
using Yibao.Kernel.Errors;
using Yibao.Kernel.Persons;
using Yibao.Kernel.Places;

namespace Yibao.Hosting.Tests.Persons;

public sealed class PersonTableTests(SharedPostgres postgres) : IClassFixture<SharedPostgres>, IAsyncLifetime
{
    private static readonly AdminDivision Node = new("632800");
    private static readonly Actor Clerk = new("clerk-1", Role.CityOperator, Node);
    private static readonly CitizenId Number = CitizenId.Compose(InventedPerson.Region, new DateOnly(1958, 3, 4), 123);
    private static readonly PersonIdentity Person = new(new IdentityDocument("01", Number.Reveal()), "韩梅花", "12000000000");

    private string _database = "";
    private Keeper _keeper = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.Server.NewDatabase();
        _keeper = await Keeper.Open(_database, PersonKeys.Generate());
    }

    public ValueTask DisposeAsync() => _keeper.DisposeAsync();

    private IPersonTable Table => _keeper.Table;

    [Fact]
    public async Task The_same_document_is_the_same_person()
    {
        var key = await Table.Register(Person);
        (await Table.Register(Person with { Phone = "12011111111" })).ShouldBe(key);
        (await Table.Find(new IdentityDocument("01", Number.Reveal().ToLowerInvariant()))).ShouldBe(key);
    }

    [Fact]
    public async Task The_former_15_digits_and_the_18_are_the_same_person()
    {
        var key = await Table.Register(Person);
        var former = Number.Reveal()[..6] + Number.Reveal()[8..17];
        (await Table.Find(new IdentityDocument("01", former))).ShouldBe(key);
    }

    [Fact]
    public async Task Two_persons_have_two_keys_and_a_number_of_another_kind_of_document_is_another_person()
    {
        var key = await Table.Register(Person);
        (await Table.Find(new IdentityDocument("90", Number.Reveal()))).ShouldBeNull();
        (await Table.Register(Person with { Document = new IdentityDocument("08", "E12345678") })).ShouldNotBe(key);
    }

    [Fact]
    public async Task Twenty_at_once_register_one_person()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Table.Register(Person)));
        keys.Distinct().Count().ShouldBe(1);
        (await Count("person")).ShouldBe(1);
    }

    [Fact]
    public async Task A_patient_of_another_node_is_kept_under_the_key_that_node_gave()
    {
        using var _ = _keeper.Act(Clerk);
        var key = PersonKey.Create();
        await Table.Remember(key, Person);
        await Table.Remember(key, Person with { Name = "别人" });

        (await Table.Reveal(key, "测试")).Name.ShouldBe(Person.Name);
        (await Table.Find(Person.Document)).ShouldBe(key);
        // Insured here later, he is still one person.
        (await Table.Register(Person)).ShouldBe(key);
    }

    [Fact]
    public async Task Who_is_known_here_already_is_found_by_both_keys_until_one_is_erased()
    {
        using var _ = _keeper.Act(Clerk);
        var (own, foreign) = (await Table.Register(Person), PersonKey.Create());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Table.Remember(foreign, Person)));

        (await Table.Show(foreign, "测试")).Key.ShouldBe(foreign);
        (await Table.Reveal(foreign, "测试")).Document.Reveal().ShouldBe(Person.Document.Reveal());
        (await Table.IsNamed(foreign, Person.Name)).ShouldBeTrue();
        (await Count("person")).ShouldBe(1);

        (await Table.Erase(foreign)).ShouldBeTrue();
        (await Should.ThrowAsync<RefusedException>(() => Table.Reveal(foreign, "测试"))).Error.Code.ShouldBe("IDENTITY_UNKNOWN");
        (await Table.Reveal(own, "测试")).Name.ShouldBe(Person.Name);
        await Table.Remember(foreign, Person);
        await Table.Erase(own);
        (await Should.ThrowAsync<RefusedException>(() => Table.Reveal(foreign, "测试"))).Error.Code.ShouldBe("IDENTITY_UNKNOWN");
    }

    [Fact]
    public async Task Another_name_under_a_known_document_is_refused()
    {
        await Table.Register(Person);
        (await Should.ThrowAsync<RefusedException>(() => Table.Register(Person with { Name = "李雷" }))).Error.Code.ShouldBe("IDENTITY_NAME_DIFFERS");
    }

    [Fact]
    public async Task A_changed_number_keeps_the_key_and_the_former_number_still_finds_it()
    {
        var key = await Table.Register(Person);
        var next = new IdentityDocument("01", CitizenId.Compose(InventedPerson.Region, new DateOnly(1958, 3, 4), 125).Reveal());
        await Table.ChangeDocument(key, next);
        (await Table.Find(next)).ShouldBe(key);
        (await Table.Find(Person.Document)).ShouldBe(key);
        using (_keeper.Act(Clerk)) (await Table.Reveal(key, "核对")).Document.ShouldBe(next);

        await Table.ChangeDocument(key, Person.Document);
        using (_keeper.Act(Clerk)) (await Table.Reveal(key, "核对")).Document.ShouldBe(Person.Document);
    }

    [Fact]
    public async Task A_number_of_another_person_cannot_be_taken()
    {
        var key = await Table.Register(Person);
        var other = Person with { Document = new IdentityDocument("08", "E12345678") };
        await Table.Register(other);
        (await Should.ThrowAsync<RefusedException>(() => Table.ChangeDocument(key, other.Document))).Error.Code.ShouldBe("IDENTITY_TAKEN");
    }

    [Fact]
    public async Task Birth_and_sex_come_from_the_number_unless_given()
    {
        var derived = await Table.Register(Person);
        var foreigner = await Table.Register(new PersonIdentity(new IdentityDocument("08", "E87654321"), "Alex Doe") { Birth = new DateOnly(1970, 1, 2), Sex = Sex.Female });
        using var _ = _keeper.Act(Clerk);
        (await Table.Show(derived, "打印")).Birth.ShouldBe(new DateOnly(1958, 3, 4));
        (await Table.Show(derived, "打印")).Sex.ShouldBe(Sex.Male);
        (await Table.Show(foreigner, "打印")).Birth.ShouldBe(new DateOnly(1970, 1, 2));
        (await Table.Show(foreigner, "打印")).Sex.ShouldBe(Sex.Female);
    }

    [Fact]
    public async Task The_masked_view_shows_no_identity()
    {
        var key = await Table.Register(Person);
        using var _ = _keeper.Act(Clerk);
        var shown = await Table.Show(key, "打印备案表");
        shown.Name.ShouldBe("韩**");
        shown.Phone.ShouldBe("120****0000");
        shown.Document.ShouldBe(Number.ToString());
        shown.ToString().ShouldNotContain(Number.Reveal());
    }

    [Fact]
    public async Task Every_sight_is_audited_before_it_happens_and_without_audit_there_is_none()
    {
        var key = await Table.Register(Person);
        using var _ = _keeper.Act(Clerk);
        (await Table.Reveal(key, "核对纸质材料")).Name.ShouldBe("韩梅花");
        var seen = _keeper.Seen.ShouldHaveSingleItem();
        seen.Person.ShouldBe(key);
        seen.Actor.ShouldBe(Clerk);
        seen.Purpose.ShouldBe("核对纸质材料");
        seen.Whole.ShouldBeTrue();

        _keeper.AuditFails = true;
        await Should.ThrowAsync<IOException>(() => Table.Reveal(key, "核对纸质材料"));
        (await Should.ThrowAsync<RefusedException>(() => Table.Reveal(key, " "))).Error.Code.ShouldBe("PURPOSE_MISSING");
    }

    [Fact]
    public async Task Erasing_the_row_erases_the_person()
    {
        var key = await Table.Register(Person);
        (await Table.Erase(key)).ShouldBeTrue();
        (await Table.Erase(key)).ShouldBeFalse();
        (await Table.Find(Person.Document)).ShouldBeNull();
        using (_keeper.Act(Clerk)) (await Should.ThrowAsync<RefusedException>(() => Table.Show(key, "核对"))).Error.Code.ShouldBe("IDENTITY_UNKNOWN");
        (await Count("person_document")).ShouldBe(0);
        (await Table.Register(Person)).ShouldNotBe(key);
    }

    [Fact]
    public async Task The_database_holds_no_identity_in_clear()
    {
        await Table.Register(Person);
        var stored = string.Concat(await Bytes("select facts::text || encode(facts, 'escape') from person"), await Bytes("select blind::text || number::text || encode(number, 'escape') from person_document"));
        foreach (var secret in new[] { Number.Reveal(), "韩梅花", "12000000000", Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Number.Reveal())), Convert.ToHexStringLower(Encoding.UTF8.GetBytes("韩梅花")) })
        {
            stored.ShouldNotContain(secret);
        }
    }

    [Fact]
    public async Task A_field_moved_to_another_row_does_not_open()
    {
        var key = await Table.Register(Person);
        var other = await Table.Register(Person with { Document = new IdentityDocument("08", "E12345678"), Name = "李雷" });
        await Sql($"update person set facts = (select facts from person where person_key = '{other}') where person_key = '{key}'");
        using (_keeper.Act(Clerk)) await Should.ThrowAsync<CryptographicException>(() => Table.Reveal(key, "核对"));
    }

    [Fact]
    public async Task Keys_can_be_changed_while_everyone_is_still_found()
    {
        var first = new Dictionary<string, string> { ["k1"] = KeyRing.Generate() };
        var both = new Dictionary<string, string>(first) { ["k2"] = KeyRing.Generate() };
        var database = await postgres.Server.NewDatabase();
        PersonKey key;
        await using (var before = await Keeper.Open(database, Keys("k1", first))) key = await before.Table.Register(Person);
        await using (var during = await Keeper.Open(database, Keys("k2", both)))
        {
            (await during.Table.Find(Person.Document)).ShouldBe(key);
            (await during.Table.Rekey(100)).ShouldBe(1);
            (await during.Table.Rekey(100)).ShouldBe(0);
        }

        both.Remove("k1");
        await using var after = await Keeper.Open(database, Keys("k2", both));
        (await after.Table.Find(Person.Document)).ShouldBe(key);
        using (after.Act(Clerk)) (await after.Table.Reveal(key, "核对")).Name.ShouldBe("韩梅花");
    }

    [Fact]
    public async Task A_table_changes_over_to_the_national_algorithm_while_everyone_is_still_found()
    {
        var keys = new Dictionary<string, string> { ["k1"] = KeyRing.Generate() };
        var database = await postgres.Server.NewDatabase();
        PersonKey key;
        await using (var aes = await Keeper.Open(database, Keys("k1", keys))) key = await aes.Table.Register(Person);
        await using var sm4 = await Keeper.Open(database, Keys("k1", keys) with { Algorithm = FieldAlgorithm.Sm4 });
        using var _ = sm4.Act(Clerk);
        (await sm4.Table.Reveal(key, "核对")).Name.ShouldBe("韩梅花");
        (await sm4.Table.Rekey(100)).ShouldBe(1);
        (await sm4.Table.Rekey(100)).ShouldBe(0);
        (await sm4.Table.Reveal(key, "核对")).Document.ShouldBe(Person.Document);
        (await sm4.Table.Register(Person)).ShouldBe(key);
    }

    [Fact]
    public void Identities_print_masked_and_are_never_json()
    {
        Person.ToString().ShouldBe("韩** 01:9990**********" + Number.Reveal()[14..] + " 120****0000");
        $"{Person.Document}".ShouldNotContain(Number.Reveal());
        Should.Throw<NotSupportedException>(() => JsonSerializer.Serialize(Person));
        Should.Throw<NotSupportedException>(() => JsonSerializer.Serialize(Person.Document));
    }

    [Theory]
    [InlineData("01", "", "ID_NUMBER_CHECKSUM")]
    [InlineData("01", "", "FIELD_MISSING")]
    [InlineData("", "E12345678", "FIELD_MISSING")]
    [InlineData("abc", "E12345678", "FIELD_INVALID")]
    public void A_document_that_is_none_is_refused(string type, string number, string code)
    {
        if (code == "ID_NUMBER_CHECKSUM") number = Number.Reveal()[..17] + (Number.Reveal()[17] == '0' ? '1' : '0');
        Should.Throw<RefusedException>(() => new IdentityDocument(type, number)).Error.Code.ShouldBe(code);
    }

    private static PersonKeys Keys(string current, Dictionary<string, string> keys) => new() { Fields = new KeyRing(current, keys), Index = new KeyRing(current, keys) };

    private async Task<long> Count(string table) => long.Parse((await Bytes($"select count(*)::text from {table}"))!, System.Globalization.CultureInfo.InvariantCulture);

    private async Task<string> Bytes(string sql)
    {
        await using var connection = new NpgsqlConnection(_database + ";Search Path=filing");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private async Task Sql(string sql)
    {
        await using var connection = new NpgsqlConnection(_database + ";Search Path=filing");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        (await command.ExecuteNonQueryAsync()).ShouldBe(1);
    }

    /// <summary>A host that owns the table of identities.</summary>
    private sealed class Keeper : IServiceModule, IAsyncDisposable
    {
        private WebApplication _app = null!;

        public string Name => "filing";

        public ConcurrentQueue<IdentitySeen> Seen { get; } = [];

        public bool AuditFails { get; set; }

        public IPersonTable Table => _app.Services.GetRequiredService<IPersonTable>();

        public static async Task<Keeper> Open(string database, PersonKeys keys)
        {
            var keeper = new Keeper();
            keeper._app = ServiceHost.Build(new ServiceSettings
            {
                Node = Node,
                Service = "filing",
                Database = database,
                Broker = new Uri("amqp://unused"),
                Migrate = true,
                PersonKeys = keys,
                Credentials = new DevelopmentCertificates().For(Node, "filing", []),
            }, keeper);
            await keeper._app.StartAsync();
            return keeper;
        }

        public void Configure(ServiceBuilder service)
        {
            service.Services.AddSingleton(this);
            service.Persons<Audit>();
        }

        public IDisposable Act(Actor actor) => _app.Services.GetRequiredService<ICurrentActor>().Act(actor, "test");

        public async ValueTask DisposeAsync()
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        private sealed class Audit(Keeper keeper) : IIdentityAudit
        {
            public Task Seen(IdentitySeen seen, CancellationToken cancellation)
            {
                if (keeper.AuditFails) throw new IOException("The audit store is away.");
                keeper.Seen.Enqueue(seen);
                return Task.CompletedTask;
            }
        }
    }
}
