using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Yibao.Contracts.Settlements;
using Yibao.Kernel;

namespace Yibao.Settlement.Tests.RoundTrip;

/// <summary>The canonical form, written out by hand: what is stored under a hash must have the same one for ever.</summary>
public sealed class CanonicalForms
{
    [Fact]
    public void Each_field_is_its_name_its_kind_and_its_value_with_their_lengths()
    {
        var form = new CanonicalForm("a.v1").Text("名", "参保地 \ud83c\udfe5").Text("none", null).Text("", "").Number("n", -2).Date("date", new DateOnly(2023, 3, 1));
        var byHand = new ByHand().Text("form", "a.v1").Text("名", "参保地 \ud83c\udfe5").Text("none", null).Text("", "").Number("n", -2).Text("date", "2023-03-01");
        form.Bytes.ToArray().ShouldBe(byHand.Bytes);
        form.Hash().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(byHand.Bytes)));
    }

    [Fact]
    public void Long_texts_and_many_fields_stand_one_after_another()
    {
        var (form, byHand) = (new CanonicalForm("long.v1"), new ByHand().Text("form", "long.v1"));
        for (var i = 0; i < 300; i++)
        {
            var text = new string(i % 2 == 0 ? 'x' : '医', i);
            form.Text($"f{i}", text);
            byHand.Text($"f{i}", text);
        }

        form.Bytes.ToArray().ShouldBe(byHand.Bytes);
    }

    [Fact]
    public void Funds_stand_in_the_order_of_the_list_once_each_without_those_that_pay_nothing()
    {
        var figures = new Figures(new Money(100), [new(Fund.PersonalAccount, "b", new Money(20)), new(Fund.Pooled, "a", new Money(30)), new(Fund.Other, "d", Money.Zero), new(Fund.Pooled, "c", new Money(5))], new Money(45), Money.Zero, new Money(7));
        figures.FundTotal.ShouldBe(new Money(55));
        figures.Of(Fund.Pooled).ShouldBe(new Money(35));
        figures.Of(Fund.MedicalAid).ShouldBe(Money.Zero);
        new CanonicalForm("f.v1").Figures("figures", figures).Bytes.ToArray().ShouldBe(new ByHand().Text("form", "f.v1").Text("figures", "figures")
            .Number("total", 100).Number("cash", 45).Number("hospitalBorne", 0).Number("Pooled", 35).Number("PersonalAccount", 20).Bytes);
    }

    private sealed class ByHand
    {
        private readonly List<byte> _bytes = [];

        public byte[] Bytes => [.. _bytes];

        public ByHand Text(string name, string? value)
        {
            Put(name);
            _bytes.Add((byte)(value is null ? '0' : 's'));
            if (value is not null) Put(value);
            return this;
        }

        public ByHand Number(string name, long value)
        {
            Put(name);
            _bytes.Add((byte)'n');
            Put(value);
            return this;
        }

        private void Put(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Put(bytes.LongLength);
            _bytes.AddRange(bytes);
        }

        private void Put(long number)
        {
            var bytes = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(bytes, number);
            _bytes.AddRange(bytes);
        }
    }
}
