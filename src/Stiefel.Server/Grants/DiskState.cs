using System.Text.Json.Serialization;

namespace Stiefel.Server.Grants;

/// <summary>What the served disk is used for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DiskState>))]
public enum DiskState
{
    /// <summary>For nothing; it is closed.</summary>
    [JsonStringEnumMemberName("idle")]
    Idle,

    /// <summary>Its boot files are being read.</summary>
    [JsonStringEnumMemberName("read-for-boot")]
    ReadForBoot,

    /// <summary>It is open for the desktop that holds the grant.</summary>
    [JsonStringEnumMemberName("granted")]
    Granted,

    /// <summary>Closed, but a desktop holds the grant and may come back.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>It is open for everyone who knows the export's name.</summary>
    [JsonStringEnumMemberName("open")]
    Open,
}
