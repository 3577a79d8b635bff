namespace Stiefel.Server.NetBoot;

/// <summary>Where the files of network boot lie while it runs.</summary>
/// <param name="directory">For all of them; everybody may read it.</param>
internal sealed class NetBootPaths(string directory)
{
    /// <summary>What TFTP offers.</summary>
    public string Tftp => Path.Combine(directory, "tftp");

    /// <summary>What dnsmasq is told.</summary>
    public string ConfigurationOf(string name) => Path.Combine(directory, name + ".conf");

    /// <summary>The number of its process.</summary>
    public string ProcessOf(string name) => Path.Combine(directory, name + ".pid");

    /// <summary>The leases: which card has which address.</summary>
    public string LeasesOf(string name) => Path.Combine(directory, name + ".leases");

    /// <summary>The lease files of all interfaces.</summary>
    public IEnumerable<string> AllLeases => Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*.leases") : [];
}
