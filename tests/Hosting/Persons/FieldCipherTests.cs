using System.Security.Cryptography;
using CsCheck;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
using Yibao.Hosting.Persons;

namespace Yibao.Hosting.Tests.Persons;

public sealed class FieldCipherTests
{
    private static readonly KeyRing Keys = new("k1", new Dictionary<string, string> { ["k1"] = KeyRing.Generate() });

    public static TheoryData<FieldAlgorithm> Algorithms => [.. Enum.GetValues<FieldAlgorithm>()];

    [Theory, MemberData(nameof(Algorithms))]
    public void What_was_sealed_opens_and_nothing_else_does(FieldAlgorithm algorithm)
    {
        var cipher = new FieldCipher(Keys, algorithm);
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, int.MaxValue], Gen.Int[1, 255]).Sample((plain, where, flip) =>
        {
            var field = cipher.Seal(plain, "person/1/name");
            cipher.IsCurrent(field).ShouldBeTrue();
            cipher.Open(field, "person/1/name").ShouldBe(plain);
            cipher.Seal(plain, "person/1/name").ShouldNotBe(field);
            Should.Throw<CryptographicException>(() => cipher.Open(field, "person/2/name"));
            field[where % field.Length] ^= (byte)flip;
            Should.Throw<CryptographicException>(() => cipher.Open(field, "person/1/name"));
        }, iter: 200);
    }

    [Fact]
    public void A_field_of_either_algorithm_opens_and_only_one_is_current()
    {
        var (aes, sm4) = (new FieldCipher(Keys, FieldAlgorithm.Aes), new FieldCipher(Keys, FieldAlgorithm.Sm4));
        var field = aes.Seal([1, 2, 3], "x");
        sm4.Open(field, "x").ShouldBe([1, 2, 3]);
        sm4.IsCurrent(field).ShouldBeFalse();
        sm4.IsCurrent(sm4.Seal([1], "x")).ShouldBeTrue();
    }

    /// <summary>RFC 8998, A.1: the library's SM4-GCM is the standard's.</summary>
    [Fact]
    public void The_standards_own_numbers()
    {
        var gcm = new GcmBlockCipher(new SM4Engine());
        gcm.Init(true, new AeadParameters(
            new KeyParameter(Convert.FromHexString("0123456789ABCDEFFEDCBA9876543210")), 128, Convert.FromHexString("00001234567800000000ABCD"), Convert.FromHexString("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")));
        var plain = Convert.FromHexString("AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDDEEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA");
        var output = new byte[gcm.GetOutputSize(plain.Length)];
        gcm.DoFinal(output, gcm.ProcessBytes(plain, output));
        Convert.ToHexString(output).ShouldBe(
            "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D83DE3541E4C2B58177E065A9BF7B62EC");
    }
}
