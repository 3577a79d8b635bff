using System.Net;
using Stiefel.Nbd.Connections;
using Stiefel.Protocol;

namespace Stiefel.Server.Configuration;

/// <summary>Who may use the block server.</summary>
public enum NbdAccess
{
    /// <summary>Only the desktop that holds the current session's capability.</summary>
    Session,

    /// <summary>Anyone who knows the export's name.</summary>
    Open,
}

/// <summary>The block server.</summary>
/// <param name="Listen">Its address.</param>
/// <param name="Access">Who may use it.</param>
/// <param name="ExportName">The name of an open export.</param>
/// <param name="Tls">Whether it speaks TLS.</param>
/// <param name="Limits">What clients may cost.</param>
public sealed record NbdOptions(IPEndPoint Listen, NbdAccess Access, string ExportName, NbdTlsOptions Tls, NbdServerOptions Limits)
{
    // proto.md#values-of-string-lengths: names beyond 4096 bytes are not allowed.
    private const int MaxExportName = 4096;

    /// <summary>Reads the settings of the block server.</summary>
    /// <exception cref="SettingsException">One is mistyped, or does not fit the others.</exception>
    public static NbdOptions Read(SettingReader reader)
    {
        var access = reader.Choice("Nbd:Access", NbdAccess.Session);
        var listen = reader.EndPoint("Nbd:Listen", new IPEndPoint(IPAddress.IPv6Any, WellKnownPorts.Nbd));
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

        if (access == NbdAccess.Open && !onNetwork && !IPAddress.IsLoopback(listen.Address))
        {
            throw new SettingsException($"Nbd:Access open would give the disk to everyone who reaches {listen}: " +
                "listen on loopback (--Nbd:Listen 127.0.0.1:10809), or say --Nbd:AllowOpenOnNetwork true");
        }

        return new NbdOptions(listen, access, name ?? "", NbdTlsOptions.Read(reader, access), NbdLimitOptions.Read(reader));
    }
}
