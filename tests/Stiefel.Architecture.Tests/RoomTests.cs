namespace Stiefel.Architecture.Tests;

/// <summary>Within a project, top rooms use each other in one direction only, and the root composes them (docs/architecture.md#rooms).</summary>
public sealed class RoomTests
{
    public static TheoryData<string> Projects => [.. House.Projects];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Rooms_OfAProject_UseEachOtherOneWay(string project)
    {
        var inside = House.Uses.Where(use => use.From.Project == project && use.To.Project == project && use.From.Room != use.To.Room).ToList();
        var rooms = inside.Where(use => use.From.Room.Length > 0 && use.To.Room.Length > 0).ToList();

        AssertNone(Circle.In(rooms));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Root_OfAProject_IsUsedByNoRoom(string project)
    {
        var upward = House.Uses
            .Where(use => use.From.Project == project && use.To.Project == project && use.From.Room.Length > 0 && use.To.Room.Length == 0)
            .Select(use => use.ToString()).Distinct();

        AssertNone([.. upward]);
    }

    [Fact]
    public void Circle_OfThreeRooms_IsFoundWithItsUses()
    {
        static Place In(string room) => new("P", room, $"P.{room}.T");
        Use[] chain = [new(In("A"), In("B")), new(In("B"), In("C")), new(In("D"), In("A"))];
        Assert.Empty(Circle.In(chain));

        Use[] circle = [.. chain, new(In("C"), In("A"))];
        Assert.Equal(["A -> B: P.A.T uses P.B.T", "B -> C: P.B.T uses P.C.T", "C -> A: P.C.T uses P.A.T"], Circle.In(circle));
    }

    private static void AssertNone(IReadOnlyList<string> uses) => Assert.True(uses.Count == 0, string.Join('\n', uses));
}
