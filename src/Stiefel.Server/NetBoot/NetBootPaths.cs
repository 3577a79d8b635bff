namespace Stiefel.Server.NetBoot;

/// <summary>The paths of the files of network boot while the server runs.</summary>
/// <param name="directory">The directory of all these files; every user may read it.</param>
internal sealed class NetBootPaths(string directory)
{
    /// <summary>The directory that TFTP offers.</summary>
    public string Tftp => Path.Combine(directory, "tftp");

    /// <summary>The configuration file of an interface's dnsmasq.</summary>
    public string ConfigurationOf(string name) => Path.Combine(directory, name + ".conf");

    /// <summary>The file with the process id of an interface's dnsmasq.</summary>
    public string ProcessOf(string name) => Path.Combine(directory, name + ".pid");

    /// <summary>The lease file of an interface: which card has which address.</summary>
    public string LeasesOf(string name) => Path.Combine(directory, name + ".leases");

    /// <summary>The lease files of all interfaces.</summary>
    public IEnumerable<string> AllLeases => Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*.leases") : [];
}
