using Yibao.Backing;

namespace Yibao.Cli.Shell;

/// <summary><c>.run/</c> of the working copy: what one run leaves for another verb or the next run.</summary>
internal static class RunFolder
{
    public static string Path => Directory.CreateDirectory(System.IO.Path.Combine(Repository.Root(), ".run")).FullName;
}
