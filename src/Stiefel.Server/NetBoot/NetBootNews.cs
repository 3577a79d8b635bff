using System.Net;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;

namespace Stiefel.Server.NetBoot;

/// <summary>Reports which desktop boots over the network, and how, on the console and as an event. Reports each desktop once in a while, however often it asks.</summary>
/// <param name="paths">The paths of the lease files.</param>
/// <param name="journal">Records events.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="logger">Writes to the console.</param>
internal sealed class NetBootNews(NetBootPaths paths, EventJournal journal, TimeProvider clock, ILogger<NetBootNews> logger)
{
    private const string Sent = "sent ", To = " to ";
    private const int MostRemembered = 256;
    private static readonly TimeSpan s_again = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _told = [];

    /// <summary>Reads a line of dnsmasq's log; reacts only to lines about a file that it has sent (dnsmasq: tftp.c).</summary>
    public void Read(string line)
    {
        var (sent, to) = (line.IndexOf(Sent, StringComparison.Ordinal), line.LastIndexOf(To, StringComparison.Ordinal));
        if (sent >= 0 && to > sent && IPAddress.TryParse(line[(to + To.Length)..].Trim(), out var peer))
        {
            Fetched(peer, Path.GetFileName(line[(sent + Sent.Length)..to]), isByHttp: false);
        }
    }

    /// <summary>Reports that a desktop has fetched a file.</summary>
    public void Fetched(IPAddress peer, string name, bool isByHttp)
    {
        if (NetBootFiles.WayOf(name) is not { } way || !IsNew($"{peer} {way}"))
        {
            return;
        }

        var text = $"the desktop {MacOf(peer) ?? "with an unknown card"} at {peer} boots over the network: {way}{(isByHttp ? " (HTTP)" : "")}";
        logger.Boots(text);
        journal.Add(EventTopics.Desktop, "netboot", text, peer.ToString());
    }

    private bool IsNew(string what)
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            if (_told.TryGetValue(what, out var at) && clock.GetElapsedTime(at, now) < s_again)
            {
                return false;
            }

            if (_told.Count >= MostRemembered)
            {
                _told.Clear();
            }

            _told[what] = now;
            return true;
        }
    }

    // A line of the lease file has: expiry, MAC address, IP address, and more (dnsmasq: lease.c).
    private string? MacOf(IPAddress peer)
    {
        try
        {
            return paths.AllLeases.SelectMany(File.ReadLines).Select(line => line.Split(' ')).FirstOrDefault(words => words.Length > 2 && words[2] == peer.ToString())?[1];
        }
        catch (IOException)
        {
            return null; // dnsmasq is rewriting the file
        }
    }
}
