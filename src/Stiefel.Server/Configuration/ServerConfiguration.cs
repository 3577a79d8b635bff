using System.Collections;

namespace Stiefel.Server.Configuration;

/// <summary>The sources of settings, of which a later one wins: files, kernel command line, environment, command line.</summary>
public static class ServerConfiguration
{
    /// <summary>The machine's settings file, then the one in the working directory. Neither has to exist.</summary>
    private static readonly string[] s_files = ["/etc/stiefel/appsettings.json", "appsettings.json"];

    private const string KernelArgumentsPath = "/proc/cmdline";

    /// <summary>Loads the settings of this process.</summary>
    /// <exception cref="SettingsException">A source cannot be read.</exception>
    public static IConfigurationRoot Build(IReadOnlyList<string> args) => Build(
        args, Environment.GetEnvironmentVariables(), File.Exists(KernelArgumentsPath) ? File.ReadAllText(KernelArgumentsPath) : "", s_files);

    /// <summary>Loads the settings from given sources.</summary>
    public static IConfigurationRoot Build(IReadOnlyList<string> args, IDictionary environment, string kernelArguments, IEnumerable<string> files)
    {
        var builder = new ConfigurationBuilder();
        foreach (var file in files)
        {
            builder.Add(SettingsFile.Read(file));
        }

        builder.Add(KernelArgumentSettings.Parse(kernelArguments));
        builder.Add(EnvironmentSettings.Parse(environment));
        builder.Add(CommandLineSettings.Parse(args));
        return builder.Build();
    }
}
