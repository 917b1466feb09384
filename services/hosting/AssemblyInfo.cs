using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Yibao.Hosting.Tests")]
