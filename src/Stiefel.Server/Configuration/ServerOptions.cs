using System.Net;
using Stiefel.Linux.Network;
using Stiefel.Protocol;
using Stiefel.Protocol.Boot;

namespace Stiefel.Server.Configuration;

/// <summary>Every setting of the server, read and checked once at start.</summary>
public sealed record ServerOptions
{
    /// <summary>The sections of all settings' names, which are the parts before the colon.</summary>
    public static IReadOnlySet<string> Sections { get; } = new HashSet<string>(
        ["Disk", "Boot", "Keys", "Http", "Admin", "Nbd", "State", "Discovery", "Network", "Link", "Exitrd", "Power", "Return", "NetBoot", "Screen", "Logging"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The default directory of keys, in which `stiefel key` puts them too.</summary>
    public const string DefaultKeysDirectory = "/etc/stiefel/keys";

    // The laptop's first screen, which the kernel shows after it starts.
    private const string FirstScreen = "/dev/tty1";

    private const string NoScreen = "none";

    /// <summary>What is served.</summary>
    public required DiskOptions Disk { get; init; }
    /// <summary>What is booted.</summary>
    public required BootOptions Boot { get; init; }
    /// <summary>The settings of the block server.</summary>
    public required NbdOptions Nbd { get; init; }
    /// <summary>How desktops find this laptop.</summary>
    public required DiscoveryOptions Discovery { get; init; }
    /// <summary>The settings of the payload's link and its protection.</summary>
    public required PayloadLinkOptions Link { get; init; }

    /// <summary>The directory of the accepted keys, one file NAME.key each.</summary>
    public required string KeysDirectory { get; init; }

    /// <summary>The boot plane's address.</summary>
    public required IPEndPoint HttpListen { get; init; }

    /// <summary>The control plane's address; null if there is none.</summary>
    public required IPEndPoint? AdminListen { get; init; }

    /// <summary>The directory of records that must survive a restart of the server, but not of the machine.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>What holds the disk if the server is killed.</summary>
    public required DiskKeeping Keeping { get; init; }

    /// <summary>True in the ramdisk, where no other program sets the links up.</summary>
    public required bool ManageNetwork { get; init; }

    /// <summary>Addresses that cards get in addition to those that they have.</summary>
    public IReadOnlyList<StaticAddress> StaticAddresses { get; init; } = [];

    /// <summary>Whether cards without such an address borrow one from a DHCP server.</summary>
    public DhcpClientUse DhcpClient { get; init; }

    /// <summary>The settings for mains and batteries.</summary>
    public required PowerOptions Power { get; init; }

    /// <summary>The settings of the return to the laptop's own system.</summary>
    public required ReturnOptions Return { get; init; }

    /// <summary>Boot over the network, for desktops without a stick.</summary>
    public required NetBootOptions NetBoot { get; init; }

    /// <summary>The terminal that shows at a glance what the laptop is doing; null for none.</summary>
    public string? Screen { get; init; }

    /// <summary>The lowest level that is logged.</summary>
    public required LogLevel LogLevel { get; init; }

    /// <summary>All settings with their sources, for people.</summary>
    public IReadOnlyList<SettingValue> Settings { get; internal init; } = [];

    /// <summary>True if there are handshakes, boot files and private exports; otherwise there is only an open export.</summary>
    public bool HasBootPlane => Nbd.Access == NbdAccess.Session;

    /// <summary>True if each desktop reaches its disk through a tunnel.</summary>
    public bool HasTunnels => HasBootPlane && Link.Protection == LinkProtection.WireGuard;

    /// <exception cref="SettingsException">The first setting that is unknown, mistyped, or does not fit the others.</exception>
    public static ServerOptions Read(IConfigurationRoot configuration)
    {
        var reader = new SettingReader(configuration);
        var nbd = NbdOptions.Read(reader);
        var inRamdisk = reader.Boolean("Network:Manage", false);
        var httpListen = reader.EndPoint("Http:Listen", new IPEndPoint(IPAddress.IPv6Any, WellKnownPorts.Boot));
        var options = new ServerOptions
        {
            Disk = DiskOptions.Read(reader),
            Boot = BootOptions.Read(reader),
            Nbd = nbd,
            Discovery = DiscoveryOptions.Read(reader),
            Link = PayloadLinkOptions.Read(reader, nbd.Access == NbdAccess.Session),
            KeysDirectory = reader.Text("Keys:Directory", DefaultKeysDirectory),
            HttpListen = httpListen,
            AdminListen = ReadAdminListen(reader, nbd),
            StateDirectory = reader.Text("State:Directory", "/run/stiefel"),
            Keeping = reader.Choice("State:Keeper", Environment.GetEnvironmentVariable("FDSTORE") is null or "0" ? DiskKeeping.Process : DiskKeeping.Systemd),
            ManageNetwork = inRamdisk,
            StaticAddresses = ReadStaticAddresses(reader),
            DhcpClient = reader.Choice("Network:DhcpClient", inRamdisk ? DhcpClientUse.On : DhcpClientUse.Off),
            Power = PowerOptions.Read(reader, inRamdisk),
            Return = ReturnOptions.Read(reader, inRamdisk),
            NetBoot = NetBootOptions.Read(reader, inRamdisk, httpListen.Port),
            Screen = reader.Text("Screen:Terminal", inRamdisk ? FirstScreen : NoScreen) is var terminal && terminal != NoScreen ? terminal : null,
            LogLevel = reader.Choice("Logging:Level", LogLevel.Information),
        };
        reader.RefuseUnknown();
        options.RefuseNothingToServe();
        return options with { Settings = reader.Values };
    }

    /// <summary>An open export has a control plane only on request, so that it does not compete with another server for the fixed port.</summary>
    private static IReadOnlyList<StaticAddress> ReadStaticAddresses(SettingReader reader)
    {
        const string Key = "Network:Addresses";
        if (reader.Text(Key) is not { } text)
        {
            return []; // always the same list, so that two records without addresses are equal
        }

        return [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(one => StaticAddress.TryParse(one, out var address) ? address : throw reader.Wrong(Key, $"a list of {StaticAddress.Expected}"))];
    }

    private static IPEndPoint? ReadAdminListen(SettingReader reader, NbdOptions nbd)
    {
        var fallback = nbd.Access == NbdAccess.Session ? new IPEndPoint(IPAddress.IPv6Any, WellKnownPorts.Admin) : null;
        return reader.OptionalEndPoint("Admin:Listen", fallback);
    }

    private void RefuseNothingToServe()
    {
        if (Disk.Path is null && (Nbd.Access == NbdAccess.Open || (Boot.Kernel is null && Boot.Directory is null && Boot.Disk is null)))
        {
            throw new SettingsException("Disk:Path is not set: give the file or device to serve, as --Disk:Path /dev/nvme0n1");
        }
    }
}
