using System.Security.Cryptography;

namespace Yibao.Backing.Private;

/// <summary>A password made up for one instance and kept beside its data: readable by its user alone.</summary>
internal static class Secret
{
    public static string File(string folder) => Path.Combine(folder, "secret");

    public static string In(string folder)
    {
        var file = File(folder);
        if (System.IO.File.Exists(file)) return System.IO.File.ReadAllText(file);
        var secret = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 24);
        using var stream = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var writer = new StreamWriter(stream);
        writer.Write(secret);
        return secret;
    }
}
