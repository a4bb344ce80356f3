using System.Text.Json.Nodes;

namespace Enlarger.Tests.Vendors;

/// <summary>The judge is judged: each rule has what fits and what does not.</summary>
public sealed class ContractSchemaTests
{
    [Theory]
    [InlineData("""{"type": "integer"}""", "2.0", "2.5")]
    [InlineData("""{"type": "integer"}""", "2", "\"2\"")]
    [InlineData("""{"type": ["number", "null"]}""", "null", "false")]
    [InlineData("""{"type": "object"}""", "{}", "[]")]
    [InlineData("""{"enum": [2, 4]}""", "4.0", "3")]
    [InlineData("""{"const": "a"}""", "\"a\"", "\"A\"")]
    [InlineData("""{"minimum": 1, "maximum": 4}""", "1", "0.99")]
    [InlineData("""{"minimum": 1, "maximum": 4}""", "\"not a number\"", "4.01")]
    [InlineData("""{"exclusiveMinimum": 0}""", "0.1", "0")]
    [InlineData("""{"minLength": 1, "maxLength": 3}""", "\"abc\"", "\"abcd\"")]
    [InlineData("""{"minLength": 1, "maxLength": 3}""", "\"a\"", "\"\"")]
    [InlineData("""{"pattern": "^https?://"}""", "\"http://a\"", "\"ftp://a\"")]
    [InlineData("""{"items": {"type": "string"}}""", "[\"a\"]", "[\"a\", 1]")]
    [InlineData("""{"minItems": 1}""", "[1]", "[]")]
    [InlineData("""{"required": ["a"]}""", """{"a": null}""", """{"b": 1}""")]
    [InlineData("""{"properties": {"a": {"type": "string"}}}""", """{"b": 1}""", """{"a": 1}""")]
    [InlineData("""{"properties": {"a": {}}, "additionalProperties": false}""", """{"a": 1}""", """{"b": 1}""")]
    [InlineData("""{"additionalProperties": {"type": "string"}}""", """{"a": "b"}""", """{"a": 1}""")]
    [InlineData("""{"anyOf": [{"type": "boolean"}, {"enum": ["true"]}]}""", "\"true\"", "\"yes\"")]
    [InlineData("""{"oneOf": [{"type": "number"}, {"minimum": 5}]}""", "3", "6")]
    [InlineData("""{"allOf": [{"minimum": 1}, {"maximum": 2}]}""", "1.5", "3")]
    [InlineData("""{"not": {"const": 1}}""", "2", "1")]
    [InlineData("""{"$ref": "#/components/schemas/Scale"}""", "2", "3")]
    [InlineData("""{"description": "Anything."}""", "[{}]", null)]
    public void A_rule_tells_what_fits_from_what_does_not(string rule, string fits, string? unfit)
    {
        var schema = new ContractSchema(JsonNode.Parse("""{"components": {"schemas": {"Scale": {"enum": [2]}}}}""")!);

        Assert.Empty(schema.Complaints(JsonNode.Parse(rule), JsonNode.Parse(fits)));
        if (unfit is not null)
        {
            Assert.Single(schema.Complaints(JsonNode.Parse(rule), JsonNode.Parse(unfit)));
        }
    }

    [Fact]
    public void A_rule_that_is_not_known_is_not_passed_over()
    {
        var schema = new ContractSchema(new JsonObject());

        Assert.Single(schema.Complaints(JsonNode.Parse("""{"multipleOf": 2}"""), JsonValue.Create(2)));
    }
}
