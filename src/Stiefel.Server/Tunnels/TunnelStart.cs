using Stiefel.Linux;
using Stiefel.Linux.Network;
using Stiefel.Linux.WireGuard;
using Stiefel.Protocol.Tunnel;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Tunnels;

/// <summary>Before anything else: whether the link can be protected as the settings say. A server that cannot do it does not serve.</summary>
public sealed class TunnelStart(ServerOptions options, ILogger<TunnelStart> logger) : IHostedService
{
    private const string ProbeName = "stiefelprobe";

    private static readonly (string Setting, string File)[] s_forwarding =
    [
        ("net.ipv4.ip_forward", "/proc/sys/net/ipv4/ip_forward"),
        ("net.ipv6.conf.all.forwarding", "/proc/sys/net/ipv6/conf/all/forwarding"),
    ];

    /// <exception cref="UnsafeSettingsException">This kernel, or this user, cannot make WireGuard interfaces.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (setting, _) in s_forwarding.Where(f => IsOn(f.File)))
        {
            logger.Forwards(setting);
        }

        if (options.HasTunnels)
        {
            Probe();
        }
        else
        {
            logger.NotProtected();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>To make an interface is the one question that finds out about kernel, module and rights at once, and loads the module.</summary>
    private static void Probe()
    {
        try
        {
            RouteNetlink.Remove(RouteNetlink.AddVirtual(ProbeName, WireGuardNetlink.Kind, TunnelPlan.MtuInside(TunnelPlan.LeastLinkMtu)));
        }
        catch (LinuxException e)
        {
            throw new UnsafeSettingsException(
                $"the link cannot be protected by WireGuard here: {e.Message}; this needs root and the kernel module wireguard. " +
                "Without them only link.protection: none is possible (--Link:Protection none): whoever reaches the link can then read and change the disk");
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
