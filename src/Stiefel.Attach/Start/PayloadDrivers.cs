using Stiefel.Attach.Console;
using Stiefel.Linux.Devices;
using Stiefel.Linux.Modules;
using Stiefel.Linux.Network;
using Stiefel.Linux.Processes;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Start;

/// <summary>Loads drivers until the cable's interface appears: first those that the laptop sent, then those in the initramfs.</summary>
internal sealed class PayloadDrivers
{
    // A USB adapter's interface appears about two seconds after its driver is loaded; searching all hardware meanwhile would only cost time.
    private static readonly TimeSpan s_sentDriversSettle = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan s_passSettle = TimeSpan.FromSeconds(1);

    // No hardware asks for these modules. If the path exists, the kernel has the module already.
    private static readonly (string Module, string Sign)[] s_needed =
        [("nbd", "/sys/module/nbd"), ("ipv6", "/proc/sys/net/ipv6")];

    private static readonly (string Module, string Sign) s_tunnel = ("wireguard", "/sys/module/wireguard");

    // The payload's way to the network behind the card.
    private static readonly (string Module, string Sign)[] s_door = [("bridge", "/sys/module/bridge"), ("veth", "/sys/module/veth"), ("af_packet", "/proc/net/packet")];

    private readonly MacAddress _wanted;
    private readonly (string Module, string Sign)[] _needed;
    private readonly AttachLog _log;
    private readonly WaitingReport _waiting;
    private readonly UeventListener _uevents = UeventListener.Open();

    private PayloadDrivers(MacAddress wanted, bool hasTunnel, bool hasDoor, AttachLog log)
    {
        _wanted = wanted;
        _needed = [.. s_needed, .. hasTunnel ? [s_tunnel] : Array.Empty<(string, string)>(), .. hasDoor ? s_door : []];
        _log = log;
        _waiting = WaitingReport.WhileBooting(log);
    }

    /// <summary>Loads drivers until the interface is there, and reports what it waits for.</summary>
    internal static void Load(MacAddress wanted, AttachSession session, AttachLog log)
    {
        var drivers = new PayloadDrivers(wanted, session.Tunnel is not null, session.Internet != LinkInternet.No, log);
        using (drivers._uevents)
        {
            drivers.LoadFromInitramfs(settle: drivers.LoadSent() ? s_sentDriversSettle : TimeSpan.Zero);
        }
    }

    /// <summary>Returns the file names listed in the file `order`, in its order; ignores paths and hidden files.</summary>
    internal static IReadOnlyList<string> ReadOrder(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(name => !name.Contains('/', StringComparison.Ordinal) && name[0] != '.')];

    /// <summary>Loads the drivers that the laptop sent; false if it sent none.</summary>
    private bool LoadSent()
    {
        var order = Path.Combine(StiefelFiles.Modules, "order");
        if (!File.Exists(order))
        {
            return false;
        }

        var loaded = 0;
        foreach (var name in ReadOrder(File.ReadAllText(order)))
        {
            try
            {
                loaded += KernelModule.Load(Path.Combine(StiefelFiles.Modules, name)) ? 1 : 0;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The driver may be built in, or another one may do. Only the interface's appearance counts.
                _log.Say(exception.Message);
            }
        }

        _log.Say($"{loaded} drivers loaded that the laptop sent for this machine");
        return true;
    }

    private void LoadFromInitramfs(TimeSpan settle)
    {
        var modprobe = ChildProcess.Find("modprobe");
        var coldplug = modprobe is null ? null : new DriverColdplug(modprobe);
        for (var passes = 0; !InterfaceAppears(settle); passes++)
        {
            // Do not report the first pass: it is normal if no drivers were sent.
            if (passes > 0)
            {
                _waiting.Say(Missing(modprobe));
            }

            _ = coldplug?.LoadNew();
            settle = s_passSettle;
        }

        foreach (var (name, sign) in _needed)
        {
            if (modprobe is not null && !Path.Exists(sign))
            {
                _ = ChildProcess.Run(modprobe, ["modprobe", "-q", name]);
            }
        }
    }

    private bool InterfaceAppears(TimeSpan atMost)
    {
        var deadline = Environment.TickCount64 + (long)atMost.TotalMilliseconds;
        while (!RouteNetlink.ListLinks().Any(link => link.Mac == _wanted))
        {
            var left = deadline - Environment.TickCount64;
            if (left <= 0)
            {
                return false;
            }

            _uevents.Next(TimeSpan.FromMilliseconds(left));
        }

        return true;
    }

    private string Missing(string? modprobe)
    {
        var present = RouteNetlink.ListLinks().Where(link => link.IsEthernetLike).Select(link => $"{link.Name} {link.Mac}").ToList();
        return $"no network interface has the address {_wanted} "
            + $"(present: {(present.Count == 0 ? "none" : string.Join(", ", present))})"
            + (modprobe is null ? "; the initramfs has no modprobe" : "");
    }
}
