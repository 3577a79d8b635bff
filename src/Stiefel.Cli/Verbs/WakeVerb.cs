using System.CommandLine;
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
            var desktop = SleepingDesktop.Find(parsed.GetValue(name), parsed.GetValue(by), new KnownDesktops(parsed.GetRequiredValue(file)), RouteNetlink.ListLinks());
            desktop.Wake();
            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(json)
                ? JsonLine.Of(("name", desktop.Desktop.Name), ("card", desktop.Desktop.Card.ToString()), ("interface", desktop.Desktop.Interface))
                : $"stiefel: asked {desktop} to switch itself on");
            return ExitCode.Done;
        });
        return command.WithExamples("stiefel wake", "stiefel wake blue-stick", "stiefel wake 52:54:00:12:34:56 --interface enp0s31f6");
    }
}
