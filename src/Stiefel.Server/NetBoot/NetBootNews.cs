using System.Net;
using Stiefel.Protocol.Control;
using Stiefel.Server.Events;

namespace Stiefel.Server.NetBoot;

/// <summary>Tells who boots over the network, and how: on the console, and to those who follow the events. Each desktop once in a while, however often it asks.</summary>
/// <param name="paths">Where leases are written down.</param>
/// <param name="journal">The events.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">The console.</param>
internal sealed class NetBootNews(NetBootPaths paths, EventJournal journal, TimeProvider clock, ILogger<NetBootNews> logger)
{
    private const string Sent = "sent ", To = " to ";
    private const int MostRemembered = 256;
    private static readonly TimeSpan s_again = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _told = [];

    /// <summary>A line of dnsmasq's; only files that it has sent are of interest (dnsmasq: tftp.c).</summary>
    public void Read(string line)
    {
        var (sent, to) = (line.IndexOf(Sent, StringComparison.Ordinal), line.LastIndexOf(To, StringComparison.Ordinal));
        if (sent >= 0 && to > sent && IPAddress.TryParse(line[(to + To.Length)..].Trim(), out var peer))
        {
            Fetched(peer, Path.GetFileName(line[(sent + Sent.Length)..to]), isByHttp: false);
        }
    }

    /// <summary>A desktop has asked for a file.</summary>
    public void Fetched(IPAddress peer, string name, bool isByHttp)
    {
        if (NetBootFiles.WayOf(name) is not { } way || !IsNew($"{peer} {way}"))
        {
            return;
        }

        var text = $"the desktop {MacOf(peer) ?? "of unknown card"} at {peer} boots over the network: {way}{(isByHttp ? " (HTTP)" : "")}";
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

    // A lease: its end, the card's address, the address, and more (dnsmasq: lease.c).
    private string? MacOf(IPAddress peer)
    {
        try
        {
            return paths.AllLeases.SelectMany(File.ReadLines).Select(line => line.Split(' ')).FirstOrDefault(words => words.Length > 2 && words[2] == peer.ToString())?[1];
        }
        catch (IOException)
        {
            return null; // it is being written anew
        }
    }
}
