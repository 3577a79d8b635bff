using System.Net;
using Stiefel.Linux.Processes;
using Stiefel.Nbd.Connections;
using Stiefel.Protocol;

namespace Stiefel.Server.Configuration;

/// <summary>Which clients may use the block server.</summary>
public enum NbdAccess
{
    /// <summary>Only the desktop that holds the current session's capability.</summary>
    Session,

    /// <summary>Anyone who knows the export's name.</summary>
    Open,
}

/// <summary>The settings of the block server.</summary>
/// <param name="Listen">The address to listen at, unless <see cref="UnixPath"/> is set.</param>
/// <param name="Access">The clients that may use it.</param>
/// <param name="ExportName">The name of an open export.</param>
/// <param name="Tls">The settings of TLS.</param>
/// <param name="Limits">The limits for clients.</param>
public sealed record NbdOptions(IPEndPoint Listen, NbdAccess Access, string ExportName, NbdTlsOptions Tls, NbdServerOptions Limits)
{
    private const string UnixPrefix = "unix:";

    // man 7 unix: sun_path has 108 bytes with its terminating null byte.
    private const int MaxUnixPath = 107;

    /// <summary>True if an open export may be reached from other machines.</summary>
    public bool MayListenOnNetwork { get; init; }

    /// <summary>The path of a socket to listen at instead of <see cref="Listen"/>; null for none.</summary>
    public string? UnixPath { get; init; }

    // proto.md#values-of-string-lengths: names beyond 4096 bytes are not allowed.
    private const int MaxExportName = 4096;

    /// <summary>Reads the settings of the block server.</summary>
    /// <exception cref="SettingsException">One is mistyped, or does not fit the others.</exception>
    public static NbdOptions Read(SettingReader reader)
    {
        var access = reader.Choice("Nbd:Access", NbdAccess.Session);
        var fallback = new IPEndPoint(IPAddress.IPv6Any, WellKnownPorts.Nbd);
        var path = ReadUnixPath(reader, access);
        var listen = path is null ? reader.EndPoint("Nbd:Listen", fallback) : fallback;
        var name = reader.Text("Nbd:ExportName");
        var onNetwork = reader.Boolean("Nbd:AllowOpenOnNetwork", false);
        if (access == NbdAccess.Session && name is not null)
        {
            throw reader.Wrong("Nbd:ExportName", "nothing: sessions get names of their own; it belongs to --Nbd:Access open");
        }

        if (name is not null && System.Text.Encoding.UTF8.GetByteCount(name) > MaxExportName)
        {
            throw reader.Wrong("Nbd:ExportName", $"at most {MaxExportName} bytes");
        }

        // The addresses at which systemd listens are checked when the server starts: see NbdHostedService.
        if (access == NbdAccess.Open && !onNetwork && path is null && !(reader.Text("Nbd:Listen") is null && ActivatedSockets.Are) && !IPAddress.IsLoopback(listen.Address))
        {
            throw new SettingsException($"Nbd:Access open would give the disk to everyone who reaches {listen}: " +
                "listen on loopback (--Nbd:Listen 127.0.0.1:10809), or set --Nbd:AllowOpenOnNetwork true");
        }

        return new NbdOptions(listen, access, name ?? "", NbdTlsOptions.Read(reader, access), NbdLimitOptions.Read(reader)) { UnixPath = path, MayListenOnNetwork = onNetwork };
    }

    private static string? ReadUnixPath(SettingReader reader, NbdAccess access)
    {
        if (reader.Text("Nbd:Listen") is not { } text || !text.StartsWith(UnixPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var path = text[UnixPrefix.Length..];
        if (access == NbdAccess.Session)
        {
            throw reader.Wrong("Nbd:Listen", "ADDRESS:PORT: desktops come over the network; a socket in the file system belongs to --Nbd:Access open");
        }

        return path.StartsWith('/') && System.Text.Encoding.UTF8.GetByteCount(path) <= MaxUnixPath
            ? path
            : throw reader.Wrong("Nbd:Listen", $"unix: and an absolute path of at most {MaxUnixPath} bytes, like unix:/run/disk.sock");
    }
}
