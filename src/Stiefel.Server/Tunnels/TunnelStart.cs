using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Linux.WireGuard;
using Stiefel.Protocol.Tunnel;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Tunnels;

/// <summary>Checks before anything listens that the link can be protected as the settings say; otherwise the server does not start.</summary>
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
    /// A server removes the tunnels that an earlier one left, so no second server may run with the same ports. There is one lock for each network
    /// namespace and port, in a directory that only root can write; the kernel releases it when the process ends.
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
            // Without root no interface can be made either; the probe reports that.
        }
        catch (IOException e)
        {
            throw new IOException($"another stiefel-server has its tunnels at UDP port {options.Link.Port} and above: stop it, or give this one other ports with --Link:Port ({e.Message})", e);
        }
    }

    /// <summary>Makes and removes a WireGuard interface: this checks kernel, module, IPv6 and permissions at once, and loads the module.</summary>
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
                "Without them only link.protection: none is possible (--Link:Protection none): anyone who reaches the link can then read and change the disk");
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
