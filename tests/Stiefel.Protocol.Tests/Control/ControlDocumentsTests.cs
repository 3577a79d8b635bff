using System.Text.Json;
using Stiefel.Protocol.Control;

namespace Stiefel.Protocol.Tests.Control;

public class ControlDocumentsTests
{
    private static readonly string s_written = """
        {"laptop":"thinkpad","version":"0.1.0","startedAt":"2026-01-02T03:04:05+00:00","headline":{"isAsUsual":true,"title":"t","since":null,"next":"n"},
        "disk":{"path":"/dev/sda","readOnly":false,"state":"read-for-boot","heldBy":null,"heldSince":null},
        "link":{"protection":"none","warning":"w"},
        "boot":{"title":"Debian","kernelRelease":"6.1","kernelBytes":8,"initrdBytes":36,"driversAvailable":true,"problem":null,"decided":"grub.cfg","others":["b"],"passedOver":["c"],"otherSystems":["d"],"notes":["e"]},
        "return":{"onCleanEnd":"restart","failedReturns":1,"held":null,"leaving":{"action":"restart","because":"f","since":"2026-01-02T03:04:05+00:00"}},
        "sessions":[{"id":"6c47","key":"blue","machine":"fe80::1%2","since":"2026-01-02T03:04:05+00:00"}],
        "connections":[{"remote":"[fe80::1%2]:40000","export":"session 6c47","bytesRead":1,"bytesWritten":2,"requests":3,"since":"2026-01-02T03:04:05+00:00"}],
        "machines":[{"address":"fe80::1%2","stage":"connected","events":[{"at":"2026-01-02T03:04:05+00:00","stage":"connected","text":"t"}]}]}
        """.ReplaceLineEndings("");

    /// <summary>Other programs rely on these names, their order and their spelling.</summary>
    [Fact]
    public void Status_ReadAndWrittenAgain_IsTheSameToTheByte() =>
        Assert.Equal(s_written, JsonSerializer.Serialize(ControlDocuments.ReadStatus(s_written), ControlJson.Default.StatusDocument).Replace("\\u002B", "+", StringComparison.Ordinal));

    [Fact]
    public void State_EveryWord_IsOnTheWireAsItWas() =>
        Assert.Equal(["idle", "read-for-boot", "granted", "waiting", "open"], DiskState.All.Select(state => state.Word));

    [Fact]
    public void Revoked_ReadAndWrittenAgain_IsTheSameToTheByte()
    {
        const string Json = """{"name":"blue","id":null,"keysLeft":0,"warning":"it was the last"}""";
        Assert.Equal(Json, JsonSerializer.Serialize(ControlDocuments.ReadRevokedKey(Json), ControlJson.Default.RevokedKey));
    }

    [Fact]
    public void Status_OfALaterServer_IsReadWithItsOwnWords()
    {
        var status = ControlDocuments.ReadStatus(s_written
            .Replace("\"read-for-boot\"", "\"elsewhere\",\"new\":[{}]", StringComparison.Ordinal)
            .Replace("\"link\":{\"protection\":\"none\",\"warning\":\"w\"},", "", StringComparison.Ordinal));
        Assert.Equal(("elsewhere", null), (status.Disk.State.Word, status.Link));
        Assert.Single(status.Sessions);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"laptop":7}""")]
    public void Status_SomethingElse_IsNone(string json) => Assert.ThrowsAny<JsonException>(() => ControlDocuments.ReadStatus(json));

    [Theory]
    [InlineData("\"laptop\":\"thinkpad\"", "\"laptop\":null")]
    [InlineData("\"laptop\":\"thinkpad\",", "")]
    [InlineData("\"read-for-boot\"", "null")]
    [InlineData("\"read-for-boot\"", "4")]
    [InlineData("\"sessions\":[", "\"sessions\":[null,")]
    [InlineData("\"connections\":[", "\"connections\":[null,")]
    [InlineData("\"machines\":[", "\"machines\":[null,")]
    [InlineData("\"events\":[", "\"events\":[null,")]
    [InlineData("\"bytesRead\":1", "\"bytesRead\":1.5")]
    public void Status_WhatCannotBeMissing_IsRefused(string part, string instead) =>
        Assert.ThrowsAny<JsonException>(() => ControlDocuments.ReadStatus(s_written.Replace(part, instead, StringComparison.Ordinal)));

    [Theory]
    [InlineData("""{"detail":"no","status":404}""", "no")]
    [InlineData("""{"detail":7}""", null)]
    [InlineData("""{"detail":null}""", null)]
    [InlineData("{}", null)]
    [InlineData("<html>", null)]
    [InlineData("", null)]
    public void Problem_AnyText_GivesItsWordsIfItHasAny(string json, string? words) => Assert.Equal(words, ControlDocuments.ReadProblem(json));

    [Theory]
    [InlineData("[null]")]
    [InlineData("{}")]
    public void Lists_SomethingElse_AreNone(string json)
    {
        Assert.ThrowsAny<JsonException>(() => ControlDocuments.ReadSessions(json));
        Assert.ThrowsAny<JsonException>(() => ControlDocuments.ReadKeys(json));
    }
}
