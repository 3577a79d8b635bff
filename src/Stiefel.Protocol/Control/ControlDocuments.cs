using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Stiefel.Protocol.Control;

/// <summary>Reads what a control plane answers, which may be another version's. Its words are shown to people: make them safe for a terminal first.</summary>
public static class ControlDocuments
{
    /// <summary>GET /api/v1/status.</summary>
    /// <exception cref="JsonException">No status, or none that this version understands.</exception>
    public static StatusDocument ReadStatus(string json)
    {
        var status = Read(json, ControlJson.Default.StatusDocument);
        ThrowIfAnyIsNull(status.Sessions);
        ThrowIfAnyIsNull(status.Connections);
        ThrowIfAnyIsNull(status.Machines);
        foreach (var machine in status.Machines)
        {
            ThrowIfAnyIsNull(machine.Events);
        }

        return status;
    }

    /// <summary>GET /api/v1/sessions.</summary>
    /// <exception cref="JsonException">No list of sessions.</exception>
    public static IReadOnlyList<SessionStatus> ReadSessions(string json)
    {
        var sessions = Read(json, ControlJson.Default.SessionStatusArray);
        ThrowIfAnyIsNull(sessions);
        return sessions;
    }

    /// <summary>GET /api/v1/keys.</summary>
    /// <exception cref="JsonException">No list of keys.</exception>
    public static IReadOnlyList<KeyStatus> ReadKeys(string json)
    {
        var keys = Read(json, ControlJson.Default.KeyStatusArray);
        ThrowIfAnyIsNull(keys);
        return keys;
    }

    /// <summary>DELETE /api/v1/keys/NAME.</summary>
    /// <exception cref="JsonException">No answer to that.</exception>
    public static RevokedKey ReadRevokedKey(string json) => Read(json, ControlJson.Default.RevokedKey);

    /// <summary>GET /api/v1/power.</summary>
    /// <exception cref="JsonException">No power status.</exception>
    public static PowerStatus ReadPower(string json)
    {
        var power = Read(json, ControlJson.Default.PowerStatus);
        ThrowIfAnyIsNull(power.Supplies);
        return power;
    }

    /// <summary>POST /api/v1/beep.</summary>
    /// <exception cref="JsonException">No answer to that.</exception>
    public static AlarmStatus ReadAlarm(string json) => Read(json, ControlJson.Default.AlarmStatus);

    /// <summary>The data of an event of GET /api/v1/events.</summary>
    /// <exception cref="JsonException">No event.</exception>
    public static ServerEvent ReadEvent(string json) => Read(json, ControlJson.Default.ServerEvent);

    /// <summary>GET /api/v1/exports.</summary>
    /// <exception cref="JsonException">No list of exports.</exception>
    public static IReadOnlyList<ExportStatus> ReadExports(string json)
    {
        var exports = Read(json, ControlJson.Default.ExportStatusArray);
        ThrowIfAnyIsNull(exports);
        return exports;
    }

    /// <summary>GET /api/v1/network.</summary>
    /// <exception cref="JsonException">No list of interfaces.</exception>
    public static NetworkStatus ReadNetwork(string json)
    {
        var network = Read(json, ControlJson.Default.NetworkStatus);
        ThrowIfAnyIsNull(network.Interfaces);
        foreach (var link in network.Interfaces)
        {
            ThrowIfAnyIsNull(link.Addresses);
            ThrowIfAnyIsNull(link.Machines);
            ThrowIfAnyIsNull(link.Problems);
        }

        return network;
    }

    /// <summary>GET /api/v1/config.</summary>
    /// <exception cref="JsonException">No list of settings.</exception>
    public static IReadOnlyList<ConfigurationSetting> ReadConfiguration(string json)
    {
        var settings = Read(json, ControlJson.Default.ConfigurationSettingArray);
        ThrowIfAnyIsNull(settings);
        return settings;
    }

    /// <summary>POST /api/v1/return, /reboot, /shutdown.</summary>
    /// <exception cref="JsonException">No answer to that.</exception>
    public static LeavingStatus ReadLeaving(string json) => Read(json, ControlJson.Default.LeavingStatus);

    /// <summary>The words of an error.</summary>
    /// <returns>Null if it has none; a proxy's error page, for example.</returns>
    public static string? ReadProblem(string json)
    {
        try
        {
            return Read(json, ControlJson.Default.ControlProblem).Detail;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static T Read<T>(string json, JsonTypeInfo<T> type)
        where T : class =>
        JsonSerializer.Deserialize(json, type) ?? throw new JsonException("null is no document");

    // The types say it of members only.
    private static void ThrowIfAnyIsNull<T>(IReadOnlyList<T> items)
        where T : class
    {
        foreach (var item in items)
        {
            if (item is null)
            {
                throw new JsonException("null is no document");
            }
        }
    }
}
