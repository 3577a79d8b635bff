using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Stiefel.Client.Boot;
using Stiefel.Client.Unlocking;
using Stiefel.CommandLine;
using Stiefel.Protocol;

namespace Stiefel.Client.Verbs;

/// <summary>The options every verb has: which key, which laptop, which way.</summary>
internal sealed class CommonOptions
{
    private readonly Option<string?> _key = new("--key")
    {
        HelpName = "FILE",
        Description = $"The stick's key [default: the only *.key in {KeyFile.DefaultDirectory}]",
    };

    private readonly Option<IPEndPoint?> _server = new("--server")
    {
        HelpName = "ADDRESS[:PORT]",
        Description = $"Do not search, the laptop is here: 192.168.1.5, [fe80::1%eth0]:{WellKnownPorts.Boot}",
        CustomParser = ParseServer,
    };

    private readonly Option<string?> _interface = new("--interface")
    {
        HelpName = "NAME",
        Description = "Search on this network interface only [default: all]",
    };

    public void AddTo(Command command)
    {
        command.Add(_key);
        command.Add(_server);
        command.Add(_interface);
    }

    public LaptopChoice Read(ParseResult parsed) => new()
    {
        KeyFile = parsed.GetValue(_key),
        Server = parsed.GetValue(_server),
        Interface = parsed.GetValue(_interface),
    };

    private static IPEndPoint? ParseServer(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (HostEndPoint.ParseAddress(text, WellKnownPorts.Boot) is { } endpoint)
        {
            return endpoint;
        }

        result.AddError($"--server {text}: expected an address with or without a port, as 192.168.1.5, 192.168.1.5:{WellKnownPorts.Boot}, fe80::1%eth0 or [fe80::1%eth0]:{WellKnownPorts.Boot}");
        return null;
    }
}
