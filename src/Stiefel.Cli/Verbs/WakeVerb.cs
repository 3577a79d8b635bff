using System.CommandLine;
using System.Net.Sockets;
using Stiefel.Cli.Wake;
using Stiefel.CommandLine;
using Stiefel.Linux.Network;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel wake`: switches a desktop on over the cable.</summary>
internal static class WakeVerb
{
    public static Command Build()
    {
        var name = new Argument<string?>("desktop") { HelpName = "NAME", Arity = ArgumentArity.ZeroOrOne, Description = "The name of the key that the desktop called with, or its network card's address [the desktop that called last]" };
        var by = new Option<string?>("--interface") { HelpName = "NAME", Description = "The interface that leads to it [the one on which it called]" };
        var file = new Option<string>("--desktops") { HelpName = "FILE", Description = "The list of desktops that called", DefaultValueFactory = _ => KnownDesktops.DefaultFile };
        var json = JsonLine.Option();
        var command = new Command("wake", "Switch a desktop on, if its network card listens while it is off (Wake-on-LAN)") { name, by, file, json };
        command.SetAction(parsed =>
        {
            var desktop = Find(parsed.GetValue(name), parsed.GetValue(by), new KnownDesktops(parsed.GetRequiredValue(file)));
            Wake(desktop);
            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(json)
                ? JsonLine.Of(("name", desktop.Name), ("card", desktop.Card.ToString()), ("interface", desktop.Interface))
                : $"stiefel: asked {desktop.Name} ({desktop.Card}) on {desktop.Interface} to switch itself on");
            return ExitCode.Done;
        });
        return command.WithExamples("stiefel wake", "stiefel wake blue-stick", "stiefel wake 52:54:00:12:34:56 --interface enp0s31f6");
    }

    private static KnownDesktop Find(string? name, string? by, KnownDesktops known)
    {
        var all = known.List();
        if (MacAddress.TryParse(name, out var card))
        {
            var same = all.FirstOrDefault(desktop => desktop.Card == card);
            return (by ?? same?.Interface) is { } found ? new KnownDesktop(same?.Name ?? card.ToString(), card, found)
                : throw new UsageException($"{card} has not called this laptop: name the interface that leads to it with --interface");
        }

        var wanted = all.FirstOrDefault(desktop => name is null || desktop.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new FailedException(all.Count == 0
                ? "no desktop has called this laptop yet: give the address of its network card, and --interface"
                : $"no desktop has called with the key {name}; these have: {string.Join(", ", all.Select(desktop => desktop.Name).Distinct())}");
        return by is null ? wanted : wanted with { Interface = by };
    }

    private static void Wake(KnownDesktop desktop)
    {
        var link = RouteNetlink.ListLinks().FirstOrDefault(link => link.Name == desktop.Interface && link.IsEthernetLike)
            ?? throw new FailedException($"there is no network interface {desktop.Interface}: plug the adapter in, or name another with --interface");
        if (!link.HasCarrier)
        {
            throw new FailedException($"{link.Name} has no carrier: the cable is out, or the desktop's card does not listen while it is off (look for Wake-on-LAN in its firmware's settings)");
        }

        try
        {
            MagicPacket.Send(desktop.Card, link);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new FailedException("only root may send the magic packet: use sudo", error);
        }
    }
}
