using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Doctor;

/// <summary>What the checks examine: the laptop, and how Stiefel is set up on it.</summary>
internal sealed class Patient
{
    /// <summary>The path of the configuration on a laptop.</summary>
    public const string ConfigurationPath = "/etc/stiefel/config.yaml";

    /// <param name="laptop">The facts about the laptop.</param>
    public Patient(LaptopFacts laptop)
    {
        Laptop = laptop;
        try
        {
            Configuration = laptop.Tree.Text(ConfigurationPath) is { } text ? ConfigurationFile.Parse(ConfigurationPath, text) : null;
        }
        catch (ConfigurationException error)
        {
            ConfigurationProblem = error.Message;
        }
    }

    public LaptopFacts Laptop { get; }
    public LaptopTree Tree => Laptop.Tree;

    /// <summary>The configuration; null if there is no file, or it has errors.</summary>
    public StiefelConfiguration? Configuration { get; }

    /// <summary>The errors in the file; empty if there are none.</summary>
    public string ConfigurationProblem { get; } = "";

    /// <summary>The configuration, or the defaults if there is none.</summary>
    public StiefelConfiguration Settings => Configuration ?? new StiefelConfiguration();

    /// <summary>The served disk: the one that the configuration names, otherwise that of the root file system. Null if unknown.</summary>
    public string? ServedDisk => Settings.Boot.Disk is { } named ? Laptop.Names.Resolve(named) : Laptop.Root.Disk;
}
