using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Linux.WireGuard;
using Stiefel.Protocol.Tunnel;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Tunnels;

/// <summary>Before anything else: whether the link can be protected as the settings say. A server that cannot do it does not serve.</summary>
public sealed class TunnelStart(ServerOptions options, ILogger<TunnelStart> logger) : IHostedService, IDisposable
{
    private static readonly FileStreamOptions s_lock = new()
    {
        Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    private FileStream? _claim;

    private const string ProbeName = "stiefelprobe";

    private static readonly (string Setting, string File)[] s_forwarding =
    [
        ("net.ipv4.ip_forward", "/proc/sys/net/ipv4/ip_forward"),
        ("net.ipv6.conf.all.forwarding", "/proc/sys/net/ipv6/conf/all/forwarding"),
    ];

    /// <exception cref="IOException">Another server has tunnels at these ports.</exception>
    /// <exception cref="UnsafeSettingsException">This kernel, or this user, cannot make WireGuard interfaces.</exception>
    public Task StartAsync(CancellationToken token)
    {
        foreach (var (setting, _) in s_forwarding.Where(f => IsOn(f.File)))
        {
            logger.Forwards(setting);
        }

        if (options.HasTunnels)
        {
            Claim();
            Probe();
        }
        else
        {
            logger.NotProtected();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken token) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _claim?.Dispose();

    /// <summary>
    /// A server removes what is left of one before it; it must not take the tunnels of one that runs for that. The lock is one for each network
    /// namespace, as interfaces are, lies where only root can put a file, and goes with its process.
    /// </summary>
    private void Claim()
    {
        try
        {
            // net:[4026531840], man 7 namespaces
            var space = string.Concat(new FileInfo("/proc/self/ns/net").LinkTarget!.Where(char.IsAsciiDigit));
            _claim = new FileStream($"/run/stiefel-tunnels-{space}-{options.Link.Port}.lock", s_lock);
        }
        catch (UnauthorizedAccessException)
        {
            // Not root: no interface can be made either, and that is for the probe to say.
        }
        catch (IOException e)
        {
            throw new IOException($"another stiefel-server has its tunnels at UDP port {options.Link.Port} and above: stop it, or give this one others by --Link:Port ({e.Message})", e);
        }
    }

    /// <summary>To make an interface is the one question that finds out about kernel, module, IPv6 and rights at once, and loads the module.</summary>
    private static void Probe()
    {
        try
        {
            RemoveProbe();
            var probe = RouteNetlink.AddVirtual(ProbeName, WireGuardNetlink.Kind, TunnelPlan.MtuInside(TunnelPlan.LeastLinkMtu));
            RouteNetlink.AddAddress(probe, TunnelPlan.Laptop, TunnelPlan.PrefixLength);
        }
        catch (LinuxException e)
        {
            throw new UnsafeSettingsException(
                $"the link cannot be protected by WireGuard here: {e.Message}; this needs root, IPv6 and the kernel module wireguard. " +
                "Without them only link.protection: none is possible (--Link:Protection none): everybody who reaches the link can then read and change the disk");
        }
        finally
        {
            RemoveProbe();
        }
    }

    private static void RemoveProbe()
    {
        foreach (var probe in RouteNetlink.ListLinks().Where(link => link.Name == ProbeName && link.Kind == WireGuardNetlink.Kind))
        {
            RouteNetlink.Remove(probe.Index);
        }
    }

    private static bool IsOn(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim() is not "0";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
