using Stiefel.Protocol;

namespace Stiefel.Server.Configuration;

/// <summary>Answers to desktops that search.</summary>
/// <param name="Enabled">False if they are told the address.</param>
/// <param name="Port">UDP.</param>
public sealed record DiscoveryOptions(bool Enabled, int Port)
{
    private const int MaxPort = 65535;

    /// <summary>Reads the settings of discovery.</summary>
    /// <exception cref="SettingsException">One is mistyped, or does not fit the others.</exception>
    public static DiscoveryOptions Read(SettingReader reader) => new(
        reader.Boolean("Discovery:Enabled", true), reader.Number("Discovery:Port", WellKnownPorts.Discovery, 0, MaxPort));
}
