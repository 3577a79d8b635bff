using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Containers;

/// <summary>Two network namespaces with a cable between them (man 8 ip-netns, man 4 veth). Disposal removes them.</summary>
internal sealed class ContainerCable : IDisposable
{
    private readonly string _prefix = $"stiefel-{Environment.ProcessId}-";

    /// <exception cref="ExternalProgramException">`ip` is missing, or the kernel has no network namespaces.</exception>
    public ContainerCable()
    {
        try
        {
            foreach (var end in new[] { Laptop, Desktop })
            {
                Ip("netns", "add", end);
                Ip("-n", end, "link", "set", "lo", "up");
            }

            Ip("-n", Laptop, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", Desktop);
            Ip("-n", Laptop, "link", "set", "cable", "up");
            Ip("-n", Desktop, "link", "set", "cable", "up");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The name of the laptop's namespace.</summary>
    public string Laptop => _prefix + "laptop";

    /// <summary>The name of the desktop's namespace.</summary>
    public string Desktop => _prefix + "desktop";

    public void Dispose()
    {
        foreach (var end in new[] { Laptop, Desktop }.Where(end => File.Exists(PathOf(end))))
        {
            Ip("netns", "delete", end);
        }
    }

    /// <summary>The file by which other programs enter a namespace.</summary>
    public static string PathOf(string end) => "/run/netns/" + end;

    private static void Ip(params string[] arguments) => ExternalProgram.Run("ip", arguments);
}
