using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Stiefel.Client.Boot;
using Stiefel.Client.Search;
using Stiefel.Client.Unlocking;
using Stiefel.CommandLine;
using Stiefel.Linux.Kernel;
using Stiefel.Protocol;

namespace Stiefel.Client.Verbs;

/// <summary>The options that all verbs share: key, laptop and how to reach it.</summary>
internal sealed class CommonOptions
{
    /// <summary>The argument of the ramdisk's kernel that binds a stick to one laptop.</summary>
    private const string LaptopArgument = "stiefel_laptop";

    private readonly Option<string?> _key = new("--key")
    {
        HelpName = "FILE",
        Description = $"The stick's key [default: the only *.key in {KeyFile.DefaultDirectory}]",
    };

    private readonly Option<IPEndPoint?> _server = new("--server")
    {
        HelpName = "ADDRESS[:PORT]",
        Description = $"Do not search; the laptop is at this address: 192.168.1.5, [fe80::1%eth0]:{WellKnownPorts.Boot}",
        CustomParser = ParseServer,
    };

    private readonly Option<string?> _laptop = new("--laptop")
    {
        HelpName = "NAME",
        Description = $"If several laptops know the key, use the one with this name, or whose id begins with it [default: the kernel argument {LaptopArgument}=, else any]",
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
        command.Add(_laptop);
        command.Add(_interface);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_laptop) is not null && result.GetValue(_server) is not null)
            {
                result.AddError("--laptop chooses among the laptops that a search finds, but --server searches none: leave one of them out");
            }
        });
    }

    public LaptopChoice Read(ParseResult parsed) => new()
    {
        KeyFile = parsed.GetValue(_key),
        Server = parsed.GetValue(_server),
        Interface = parsed.GetValue(_interface),
        Laptop = new WantedLaptop(NullIfEmpty(parsed.GetValue(_laptop)) ?? NullIfEmpty(KernelCommandLine.ReadCurrent()[LaptopArgument])),
    };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

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
