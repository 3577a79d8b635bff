using System.Security.Cryptography;
using Stiefel.Linux.Kernel;
using Stiefel.Protocol;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Server.Configuration;

/// <summary>Answers to desktops that search.</summary>
/// <param name="Enabled">False if they are told the address.</param>
/// <param name="Port">UDP.</param>
/// <param name="LaptopId">Which laptop answers (<see cref="LaptopIdentity.Id"/>).</param>
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
