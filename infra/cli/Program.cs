using Yibao.Cli.Shell;

return await CommandLine.RunAsync(args);
