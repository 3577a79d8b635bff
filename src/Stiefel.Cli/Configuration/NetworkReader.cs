using Stiefel.Linux.Network;

namespace Stiefel.Cli.Configuration;

/// <summary>Reads the section `network`.</summary>
internal static class NetworkReader
{
    public static NetworkConfiguration Read(ConfigurationSection network)
    {
        var dhcp = network.Word("dhcp", "auto", "off", "always") switch
        {
            "off" => DhcpChoice.Off,
            "always" => DhcpChoice.Always,
            _ => DhcpChoice.Auto,
        };
        var client = network.Word("dhcp-client", "on", "off", "router") switch
        {
            "off" => DhcpClientChoice.Off,
            "router" => DhcpClientChoice.Router,
            _ => DhcpClientChoice.On,
        };
        var addresses = ReadAddresses(network);
        network.Finish();
        return new NetworkConfiguration { Dhcp = dhcp, DhcpClient = client, Addresses = addresses };
    }

    private static List<StaticAddress> ReadAddresses(ConfigurationSection network)
    {
        var texts = network.Texts("addresses") ?? [];
        List<StaticAddress> addresses = [];
        for (var index = 0; index < texts.Count; index++)
        {
            if (StaticAddress.TryParse(texts[index], out var address))
            {
                addresses.Add(address);
            }
            else
            {
                network.ItemProblem("addresses", index, $"expected {StaticAddress.Expected}, found `{texts[index]}`");
            }
        }

        return addresses;
    }
}
