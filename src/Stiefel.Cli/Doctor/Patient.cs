using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Doctor;

/// <summary>What the checks look at: the laptop, and what of Stiefel is set up on it.</summary>
internal sealed class Patient
{
    /// <summary>Where the configuration is on a laptop.</summary>
    public const string ConfigurationPath = "/etc/stiefel/config.yaml";

    /// <param name="laptop">What it is.</param>
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

    /// <summary>Null without a file, or with one that cannot be understood.</summary>
    public StiefelConfiguration? Configuration { get; }

    /// <summary>What is wrong with the file; empty if nothing is.</summary>
    public string ConfigurationProblem { get; } = "";

    /// <summary>The configuration, or what counts without one.</summary>
    public StiefelConfiguration Settings => Configuration ?? new StiefelConfiguration();

    /// <summary>The disk that is served: as the configuration says, else the one of the root file system. Null if neither tells.</summary>
    public string? ServedDisk => Settings.Boot.Disk is { } named ? Laptop.Names.Resolve(named) : Laptop.Root.Disk;
}
