using System.Net;
using System.Net.Sockets;
using Stiefel.Linux.Dhcp;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;

namespace Stiefel.Attach.Agent;

/// <summary>
/// The way of the laptop's system to the network behind the link's card, for a desktop that has no other. In the link's network namespace, a bridge joins the
/// card and one end of a virtual cable; the other end is in the laptop's system, and looks like the card: it has its address and such names as it would have. The bridge itself has
/// the link's IP addresses, and a hardware address of its own (<see cref="MacAddress.ToLocal"/>). So all of it works without any process.
///
/// The end outside has no carrier until another machine than the laptop is heard, because a system waits for the network of a card that has one.
/// The bridge learns no addresses from that end: whatever the laptop's system sends, the link's frames go to the card.
/// </summary>
internal sealed class LanDoor
{
    /// <summary>The name of the virtual cable's end at the bridge.</summary>
    internal const string Inside = "stiefellan";

    // Its other end has this name until it is outside.
    private const string Unhung = "stiefelout";

    private const string UsualName = "eth";
    private const int MostNumber = 99;

    // Keep the stack small: the agent's memory is locked.
    private const int StackBytes = 256 * 1024;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    private readonly MacAddress _mac;
    private readonly int _inside;
    private readonly Action<string> _say;

    private LanDoor(MacAddress mac, int inside, int outside, Action<string> say) => (_mac, _inside, OutsideIndex, _say) = (mac, inside, outside, say);

    /// <summary>The number of the end in the laptop's system.</summary>
    internal int OutsideIndex { get; private set; }

    /// <summary>The bridge in the calling thread's network namespace; null if there is none.</summary>
    internal static NetworkLink? FindBridge() => RouteNetlink.ListLinks().FirstOrDefault(link => link is { Name: CableLink.Name, Kind: EthernetBridge.Kind });

    /// <summary>Makes bridge and virtual cable in the calling thread's namespace. If the kernel cannot, says so and returns null.</summary>
    /// <param name="mac">The card's address.</param>
    /// <param name="say">Writes a line to the kernel's log.</param>
    internal static LanDoor? TryMake(MacAddress mac, Action<string> say)
    {
        var bridge = 0;
        try
        {
            bridge = EthernetBridge.Add(CableLink.Name, mac.ToLocal());
            var (inside, outside) = VirtualCable.Add(Inside, Unhung, mac, LargePackets.UsualMtu);
            EthernetBridge.AddPort(inside, bridge);
            EthernetBridge.StopLearning(inside);
            KeepWithoutAddress(inside);
            return new LanDoor(mac, inside, outside, say);
        }
        catch (LinuxException exception)
        {
            Remove(bridge, say);
            say($"this system cannot use the network behind the link's card: {exception.Message}");
            return null;
        }
    }

    /// <summary>Finds those that an agent made which was killed; null if it made none.</summary>
    internal static LanDoor? Find(MacAddress mac, Action<string> say) =>
        FindBridge() is not null && RouteNetlink.ListLinks().FirstOrDefault(link => link is { Name: Inside, Kind: VirtualCable.Kind }) is { } inside
            ? new LanDoor(mac, inside.Index, inside.Below, say)
            : null;

    /// <summary>Plugs the card into the bridge, and puts the other end into the laptop's system. If that fails, says so, removes both and returns false.</summary>
    /// <param name="card">The card's number in the calling thread's namespace.</param>
    /// <param name="outside">The namespace of the laptop's system.</param>
    /// <param name="name">The name that the card had there.</param>
    /// <param name="furtherNames">Names by which that system may know the card as well.</param>
    internal bool TryHang(int card, NetworkNamespace outside, string name, IReadOnlyList<string> furtherNames)
    {
        var bridge = FindBridge()?.Index ?? 0;
        try
        {
            EthernetBridge.AddPort(card, bridge);
            MoveOut(outside, name);
            OutsideIndex = RouteNetlink.ListLinks().First(link => link.Index == _inside).Below;
            outside.Run(() => Name(furtherNames));
            return true;
        }
        catch (LinuxException exception)
        {
            Remove(bridge, _say);
            _say($"this system cannot use the network behind the link's card: {exception.Message}");
            return false;
        }
    }

    /// <summary>Gives the end outside its carrier.</summary>
    /// <exception cref="LinuxException">The virtual cable is gone.</exception>
    internal void Open() => RouteNetlink.SetUp(_inside);

    /// <summary>Opens it, from a thread of its own, once another machine than the laptop is heard. Does nothing if it is open.</summary>
    /// <param name="laptop">The laptop's address on the link.</param>
    /// <param name="opened">Runs once it is open.</param>
    internal void OpenWhenOthersAreHeard(IPAddress laptop, Action opened) => new Thread(() => Watch(laptop, opened), StackBytes) { IsBackground = true }.Start();

    private void Watch(IPAddress laptop, Action opened)
    {
        for (var pause = s_pause; !IsOpen(); pause = pause * 2 < s_longest ? pause * 2 : s_longest)
        {
            try
            {
                if (!Hears(laptop, pause))
                {
                    continue;
                }

                Open();
                _say("other machines than the laptop are on the cable's network: this system can use it");
                opened();
                return;
            }
            catch (Exception exception) when (exception is SocketException or LinuxException)
            {
                // The card is unplugged, or the kernel is short of memory.
                Thread.Sleep(s_pause);
            }
        }
    }

    // Each time anew, because the card may have been replugged, and with another laptop's card.
    private bool Hears(IPAddress laptop, TimeSpan atMost)
    {
        if (CableLink.Find(RouteNetlink.ListLinks(), _mac) is not { HasCarrier: true } card || FindBridge() is not { } bridge)
        {
            Thread.Sleep(s_pause);
            return false;
        }

        MacAddress? known = Neighbours.MacOf(bridge.Index, laptop) is { } spoken ? spoken : MacAddress.TryFromLinkLocalAddress(laptop, out var derived) ? derived : null;
        using var others = new OtherMachines(card.Index, [_mac, bridge.Mac, .. known is { } mac ? (MacAddress[])[mac] : []]);
        others.Ask(_mac, DhcpFrame.BuildDiscover(_mac, _mac.ToBytes(), (uint)Random.Shared.Next()));
        return others.Hear(atMost);
    }

    private bool IsOpen() => RouteNetlink.ListLinks().FirstOrDefault(link => link.Index == _inside) is null or { IsUp: true };

    // Network managers know virtual cards as cards only if they are called eth0 to eth9.
    private static void MoveOut(NetworkNamespace outside, string name)
    {
        var unhung = RouteNetlink.ListLinks().First(link => link.Name == Unhung).Index;
        List<string> names = [.. Enumerable.Range(0, MostNumber).Select(number => $"{UsualName}{number}")];
        if (IsUsual(name))
        {
            names.Insert(0, name);
        }

        foreach (var candidate in names)
        {
            try
            {
                RouteNetlink.Move(unhung, outside, candidate);
                return;
            }
            catch (LinuxException exception) when (exception.Errno == Errno.EEXIST && candidate != names[^1])
            {
                // Another card has this name.
            }
        }
    }

    internal static bool IsUsual(string name) =>
        name.StartsWith(UsualName, StringComparison.Ordinal) && name.Length > UsualName.Length && name.Skip(UsualName.Length).All(char.IsAsciiDigit);

    private bool Name(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            try
            {
                RouteNetlink.AddName(OutsideIndex, name);
            }
            catch (LinuxException)
            {
                // Another card has this name, or the kernel is older than 5.5: the first name is enough for most systems.
            }
        }

        return true;
    }

    private static void KeepWithoutAddress(int index)
    {
        try
        {
            RouteNetlink.MakeNoAddress(index);
        }
        catch (LinuxException)
        {
            // This kernel has no IPv6.
        }
    }

    // The card must not stay in a bridge that has no use, and the bridge has the name of the link.
    private static void Remove(int bridge, Action<string> say)
    {
        try
        {
            foreach (var made in RouteNetlink.ListLinks().Where(link => (link.Index == bridge && bridge > 0) || link.Name == Inside))
            {
                RouteNetlink.Remove(made.Index);
            }
        }
        catch (LinuxException exception)
        {
            say(exception.Message);
        }
    }
}
