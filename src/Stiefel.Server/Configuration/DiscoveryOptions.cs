using System.Security.Cryptography;
using Stiefel.Linux.Kernel;
using Stiefel.Protocol;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Server.Configuration;

/// <summary>Whether and how desktops that search for a laptop are answered.</summary>
/// <param name="Enabled">False if desktops are given the address in another way.</param>
/// <param name="Port">The UDP port.</param>
/// <param name="LaptopId">The id of the laptop that answers (<see cref="LaptopIdentity.Id"/>).</param>
public sealed record DiscoveryOptions(bool Enabled, int Port, string LaptopId)
{
    private const int MaxPort = 65535;
    private const string IdKey = "Discovery:LaptopId";

    /// <summary>Reads the settings of discovery.</summary>
    /// <exception cref="SettingsException">One is mistyped, or does not fit the others.</exception>
    public static DiscoveryOptions Read(SettingReader reader) => new(
        reader.Boolean("Discovery:Enabled", true), reader.Number("Discovery:Port", WellKnownPorts.Discovery, 0, MaxPort), ReadId(reader));

    private static string ReadId(SettingReader reader) => reader.Text(IdKey) switch
    {
        null => LaptopIdentity.IdOf(MachineNumbers.Read() is { Length: > 0 } numbers ? numbers : RandomNumberGenerator.GetHexString(LaptopIdentity.IdLength)),
        { } text when LaptopIdentity.IsId(text) => text,
        _ => throw reader.Wrong(IdKey, $"{LaptopIdentity.IdLength} hexadecimal digits in lower case"),
    };
}
