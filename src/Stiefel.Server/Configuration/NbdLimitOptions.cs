using Stiefel.Nbd.Connections;

namespace Stiefel.Server.Configuration;

/// <summary>The limits of the block server for one client and for all clients together.</summary>
public static class NbdLimitOptions
{
    // Enough for any laptop: each connection costs a thread and a megabyte.
    private const int MaxConnections = 65536;
    private const int MaxOptions = 65536;
    private const int MaxHandshakeKiB = 1024 * 1024;
    private const int MaxSeconds = 24 * 3600;

    /// <summary>Reads the settings of the block server's limits.</summary>
    /// <exception cref="SettingsException">One is mistyped, or does not fit the others.</exception>
    public static NbdServerOptions Read(SettingReader reader)
    {
        var usual = new NbdServerOptions();
        return usual with
        {
            MaxConnections = reader.Number("Nbd:MaxConnections", usual.MaxConnections, 1, MaxConnections),
            MaxConnectionsPerAddress = reader.Number("Nbd:MaxConnectionsPerAddress", usual.MaxConnectionsPerAddress, 0, MaxConnections),
            MaxHandshakes = reader.Number("Nbd:MaxHandshakes", usual.MaxHandshakes, 1, MaxConnections),
            MaxOptions = reader.Number("Nbd:MaxOptions", usual.MaxOptions, 1, MaxOptions),
            MaxHandshakeBytes = 1024 * reader.Number("Nbd:MaxHandshakeKiB", usual.MaxHandshakeBytes / 1024, NbdServerOptions.MinHandshakeBytes / 1024, MaxHandshakeKiB),
            HandshakeTimeout = Seconds(reader, "Nbd:HandshakeTimeoutSeconds", usual.HandshakeTimeout),
            StallTimeout = Seconds(reader, "Nbd:StallTimeoutSeconds", usual.StallTimeout),
            KeepAlive = Seconds(reader, "Nbd:KeepAliveSeconds", usual.KeepAlive),
            BufferSize = 1024 * reader.Number("Nbd:BufferKiB", usual.BufferSize / 1024, NbdServerOptions.MinBufferSize / 1024, NbdServerOptions.MaxBufferSize / 1024),
        };
    }

    private static TimeSpan Seconds(SettingReader reader, string key, TimeSpan usual) =>
        TimeSpan.FromSeconds(reader.Number(key, (int)usual.TotalSeconds, 1, MaxSeconds));
}
