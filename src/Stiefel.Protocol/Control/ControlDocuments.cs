using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Stiefel.Protocol.Control;

/// <summary>Reads the answers of a control plane, possibly of another version. Make its texts safe for a terminal before showing them.</summary>
public static class ControlDocuments
{
    /// <summary>Reads the answer of GET /api/v1/status.</summary>
    /// <exception cref="JsonException">The text is not a status that this version understands.</exception>
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

    /// <summary>Reads the answer of GET /api/v1/sessions.</summary>
    /// <exception cref="JsonException">The text is not a list of sessions.</exception>
    public static IReadOnlyList<SessionStatus> ReadSessions(string json)
    {
        var sessions = Read(json, ControlJson.Default.SessionStatusArray);
        ThrowIfAnyIsNull(sessions);
        return sessions;
    }

    /// <summary>Reads the answer of GET /api/v1/keys.</summary>
    /// <exception cref="JsonException">The text is not a list of keys.</exception>
    public static IReadOnlyList<KeyStatus> ReadKeys(string json)
    {
        var keys = Read(json, ControlJson.Default.KeyStatusArray);
        ThrowIfAnyIsNull(keys);
        return keys;
    }

    /// <summary>Reads the answer of DELETE /api/v1/keys/NAME.</summary>
    /// <exception cref="JsonException">The text does not describe a revoked key.</exception>
    public static RevokedKey ReadRevokedKey(string json) => Read(json, ControlJson.Default.RevokedKey);

    /// <summary>Reads the answer of GET /api/v1/power.</summary>
    /// <exception cref="JsonException">The text is not a power status.</exception>
    public static PowerStatus ReadPower(string json)
    {
        var power = Read(json, ControlJson.Default.PowerStatus);
        ThrowIfAnyIsNull(power.Supplies);
        return power;
    }

    /// <summary>Reads the answer of GET /api/v1/load.</summary>
    /// <exception cref="JsonException">The text is not a load.</exception>
    public static LoadStatus ReadLoad(string json)
    {
        var load = Read(json, ControlJson.Default.LoadStatus);
        ThrowIfAnyIsNull(load.Minute);
        ThrowIfAnyIsNull(load.Hour);
        return load;
    }

    /// <summary>Reads the data of a message of GET /api/v1/load/live.</summary>
    /// <exception cref="JsonException">The text is not a sample.</exception>
    public static LoadSample ReadLoadSample(string json) => Read(json, ControlJson.Default.LoadSample);

    /// <summary>Reads the answer of POST /api/v1/beep.</summary>
    /// <exception cref="JsonException">The text is not an alarm status.</exception>
    public static AlarmStatus ReadAlarm(string json) => Read(json, ControlJson.Default.AlarmStatus);

    /// <summary>Reads the data of one event of GET /api/v1/events.</summary>
    /// <exception cref="JsonException">The text is not an event.</exception>
    public static ServerEvent ReadEvent(string json) => Read(json, ControlJson.Default.ServerEvent);

    /// <summary>Reads the answer of GET /api/v1/exports.</summary>
    /// <exception cref="JsonException">The text is not a list of exports.</exception>
    public static IReadOnlyList<ExportStatus> ReadExports(string json)
    {
        var exports = Read(json, ControlJson.Default.ExportStatusArray);
        ThrowIfAnyIsNull(exports);
        return exports;
    }

    /// <summary>Reads the answer of GET /api/v1/network.</summary>
    /// <exception cref="JsonException">The text is not a network status.</exception>
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

    /// <summary>Reads the answer of GET /api/v1/config.</summary>
    /// <exception cref="JsonException">The text is not a list of settings.</exception>
    public static IReadOnlyList<ConfigurationSetting> ReadConfiguration(string json)
    {
        var settings = Read(json, ControlJson.Default.ConfigurationSettingArray);
        ThrowIfAnyIsNull(settings);
        return settings;
    }

    /// <summary>Reads the answer of POST /api/v1/return, /reboot or /shutdown.</summary>
    /// <exception cref="JsonException">The text does not describe how the laptop leaves.</exception>
    public static LeavingStatus ReadLeaving(string json) => Read(json, ControlJson.Default.LeavingStatus);

    /// <summary>Reads the text of an error (RFC 9457).</summary>
    /// <returns>One line for people; null if the error has none, as a proxy's error page.</returns>
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
        JsonSerializer.Deserialize(json, type) ?? throw new JsonException("the document is null, or holds null where a value must be");

    // The generated code checks members for null, but not the items of a list.
    private static void ThrowIfAnyIsNull<T>(IReadOnlyList<T> items)
        where T : class
    {
        foreach (var item in items)
        {
            if (item is null)
            {
                throw new JsonException("the document is null, or holds null where a value must be");
            }
        }
    }
}
