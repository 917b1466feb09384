namespace Yibao.Cli.Import;

/// <summary>A kind of file.</summary>
/// <param name="AreaColumn">Column that names the area of a line; null: the file says nothing of areas.</param>
internal sealed record ImportKind(string Name, string Description, string? AreaColumn);

internal static class ImportKinds
{
    public const string Catalogue = "catalogue";

    public const string Registry = "registry";

    public static IReadOnlyList<ImportKind> All { get; } =
    [
        new(Catalogue, "就医地目录: a version of the fee catalogue, in force from a day on; all lines or none", null),
        new("institutions", "定点医药机构: a register of institutions with their openings, line by line", "admdvs"),
        new(Registry, "节点注册表: nodes and connection states that change at coming instants; all lines or none, at the nation's node", null),
        new("persons", "参保人: a register of insured persons with their standing, line by line", "insu_admdvs"),
        new("filings", "备案: a batch of filings, line by line; the persons must be registered", "insu_admdvs"),
    ];
}
